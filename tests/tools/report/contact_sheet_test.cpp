#include "tools/report/contact_sheet.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::ElementsAre;

// Of the layout: a gap around tiles, and the height of the line of text.
constexpr int64_t kGap = 12;
constexpr int64_t kText = 30;

Tile TileOf(const std::string& text, int64_t grey) { return {text, at::full({40, 100, 3}, grey, at::kByte)}; }

/// The line of text below a sheet's first tile.
at::Tensor FirstLine(const at::Tensor& sheet) {
  return sheet.slice(0, kGap + 40, kGap + 40 + kText).slice(1, kGap, kGap + 100);
}

bool HasInk(const at::Tensor& part) { return part.min().item<int>() < 100; }

TEST(ContactSheetTest, PutsTilesRowAfterRow) {
  const auto sheet = ContactSheet({TileOf("a", 1), TileOf("b", 2), TileOf("c", 3)}, 2);
  EXPECT_THAT(sheet.sizes(), ElementsAre(2 * (40 + kText + kGap) + kGap, 2 * (100 + kGap) + kGap, 3));
  const auto tile = [&](int64_t row, int64_t column) {
    return sheet.slice(0, kGap + row * (40 + kText + kGap)).slice(1, kGap + column * (100 + kGap));
  };
  EXPECT_TRUE(at::equal(tile(0, 0).slice(0, 0, 40).slice(1, 0, 100), TileOf("a", 1).picture));
  EXPECT_TRUE(at::equal(tile(0, 1).slice(0, 0, 40).slice(1, 0, 100), TileOf("b", 2).picture));
  EXPECT_TRUE(at::equal(tile(1, 0).slice(0, 0, 40).slice(1, 0, 100), TileOf("c", 3).picture));
  EXPECT_EQ(tile(1, 1).min().item<int>(), 255);
}

TEST(ContactSheetTest, WritesTheTextBelowItsTile) {
  EXPECT_TRUE(HasInk(FirstLine(ContactSheet({TileOf("dog", 255)}, 1))));
  EXPECT_FALSE(HasInk(FirstLine(ContactSheet({TileOf("", 255)}, 1))));
}

TEST(ContactSheetTest, KeepsALongTextWithinItsTile) {
  const auto sheet = ContactSheet({TileOf(std::string(200, 'W'), 255), TileOf("", 255)}, 2);
  EXPECT_TRUE(HasInk(FirstLine(sheet)));
  EXPECT_FALSE(HasInk(sheet.slice(1, kGap + 100)));
}

TEST(ContactSheetTest, ShowsAQuestionMarkForALetterThatItCannotDraw) {
  EXPECT_TRUE(
      at::equal(ContactSheet({TileOf("H\xC3\xBCndin \xE7\x8C\xAB", 9)}, 1), ContactSheet({TileOf("H?ndin ?", 9)}, 1)));
}

TEST(ContactSheetTest, HasNoMoreColumnsThanTiles) {
  EXPECT_EQ(ContactSheet({TileOf("a", 1)}, 5).size(1), 100 + 2 * kGap);
}

TEST(ContactSheetTest, RefusesWhatItCannotLayOut) {
  const auto text = [](const std::vector<Tile>& tiles, int64_t columns) {
    return ErrorText(ErrorKind::kUsage, [&] { ContactSheet(tiles, columns); });
  };
  EXPECT_EQ(text({}, 2), "a contact sheet needs at least one picture");
  EXPECT_EQ(text({TileOf("a", 1)}, 0), "a contact sheet of 0 columns; it needs at least one");
  const Tile other = {"b", at::zeros({40, 99, 3}, at::kByte)};
  EXPECT_EQ(text({TileOf("a", 1), other}, 2),
            "the pictures of a contact sheet must be uint8 (H, W, 3), all of one size");
}

}  // namespace
}  // namespace wherefore
