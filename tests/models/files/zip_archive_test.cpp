#include "models/files/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/checkpoint_files.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ZipArchive Open(const std::string& bytes) { return ZipArchive(HoldBytes(bytes), "a.pt"); }

std::string Text(const ByteView& bytes) { return {bytes.text(), bytes.size}; }

std::string Refusal(const std::string& bytes) {
  return ErrorText(ErrorKind::kBadFile, [&] { Open(bytes); });
}

/// The bytes with those from `place` replaced.
std::string Changed(std::string bytes, std::size_t place, const std::string& by) {
  return bytes.replace(place, by.size(), by);
}

const std::vector<std::pair<std::string, std::string>> kEntries = {
    {"a/one", "first"}, {"a/two", ""}, {"a/b/3", "third"}};

TEST(ZipArchiveTest, ReadsEntriesInEveryLayout) {
  for (const bool zip64 : {false, true}) {
    for (const bool descriptors : {false, true}) {
      const auto archive = Open(ZipFile(kEntries, {zip64, descriptors, 0}));
      EXPECT_THAT(archive.names(), ElementsAre("a/one", "a/two", "a/b/3"));
      EXPECT_EQ(Text(archive.Read("a/one")), "first");
      EXPECT_EQ(Text(archive.Read("a/two")), "");
      EXPECT_EQ(Text(archive.Read("a/b/3")), "third");
      EXPECT_EQ(archive.Folder(), "a/");
    }
  }
}

TEST(ZipArchiveTest, TellsWhetherAllEntriesLieInOneFolder) {
  EXPECT_EQ(Open(ZipFile({{"a/one", ""}, {"b/two", ""}})).Folder(), "");
  EXPECT_EQ(Open(ZipFile({{"one", ""}, {"b/two", ""}})).Folder(), "");
  EXPECT_EQ(Open(ZipFile({})).Folder(), "");
}

TEST(ZipArchiveTest, ReadsBehindAComment) {
  std::string bytes = ZipFile(kEntries);
  bytes = Changed(bytes, bytes.size() - 2, LittleEndianBytes(7, 2)) + "comment";
  EXPECT_EQ(Text(Open(bytes).Read("a/one")), "first");
}

TEST(ZipArchiveTest, NamesAMissingEntry) {
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [] { Open(ZipFile(kEntries)).Read("a/ones"); }),
            "a.pt: zip archive: it has no entry \"a/ones\"; did you mean 'a/one'?");
}

TEST(ZipArchiveTest, NamesACompressedEntry) {
  const auto archive = Open(ZipFile(kEntries, {false, false, 8}));
  EXPECT_EQ(
      ErrorText(ErrorKind::kBadFile, [&] { archive.Read("a/one"); }),
      "a.pt: zip archive: entry \"a/one\" is compressed (deflate), but PyTorch stores entries as they are: was the "
      "archive packed again?");
}

TEST(ZipArchiveTest, RefusesWhatIsCutShort) {
  const std::string bytes = ZipFile(kEntries, {true, true, 0});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(Refusal(bytes.substr(0, size)), HasSubstr("a.pt: zip archive: ")) << size;
  }
  EXPECT_THAT(Refusal(bytes.substr(0, 100)), HasSubstr("the record that closes it is missing: the file is cut short"));
}

TEST(ZipArchiveTest, RefusesTwoEntriesOfOneName) {
  EXPECT_EQ(Refusal(ZipFile({{"a", "x"}, {"a", "y"}})), "a.pt: zip archive: entry \"a\" appears twice");
}

TEST(ZipArchiveTest, RefusesEntriesOverOneAnother) {
  // The directory's second entry, of the same name and size, gets the first one's place.
  const std::string bytes = ZipFile({{"a", "x"}, {"b", "x"}});
  std::string same = bytes;
  for (std::size_t place = 0; (place = same.find('b', place)) != std::string::npos; ++place) same[place] = 'a';
  const std::size_t second = bytes.find("PK\x01\x02", bytes.find("PK\x01\x02") + 1);
  std::string over = Changed(bytes, second + 42, LittleEndianBytes(0, 4));
  EXPECT_THAT(Refusal(over), HasSubstr("entry \"b\" has another name or method at its place than in the directory"));
  // The first one's bytes reach into the second one.
  const std::size_t first = bytes.find("PK\x01\x02");
  over = Changed(bytes, first + 20, LittleEndianBytes(20, 4) + LittleEndianBytes(20, 4));
  over = Changed(over, 18, LittleEndianBytes(20, 4));
  EXPECT_THAT(Refusal(over), HasSubstr("two of its entries lie over one another"));
}

TEST(ZipArchiveTest, RefusesSizesThatContradictEachOther) {
  const std::string bytes = ZipFile({{"a", "four"}});
  const std::size_t directory = bytes.find("PK\x01\x02");
  EXPECT_THAT(Refusal(Changed(bytes, 18, LittleEndianBytes(3, 4))), HasSubstr("\"a\" has two different sizes"));
  EXPECT_THAT(Refusal(Changed(bytes, directory + 24, LittleEndianBytes(3, 4))),
              HasSubstr("\"a\" is not compressed, but has two different sizes"));
  EXPECT_THAT(Refusal(Changed(bytes, directory + 20, LittleEndianBytes(5000, 4))),
              HasSubstr("\"a\" of 5000 bytes runs past the archive's end"));
  EXPECT_THAT(Refusal(Changed(bytes, directory + 42, LittleEndianBytes(5000, 4))),
              HasSubstr("\"a\" is not where its directory says"));
}

TEST(ZipArchiveTest, RefusesADirectoryThatLies) {
  const std::string bytes = ZipFile(kEntries);
  const std::size_t end = bytes.size() - 22;
  EXPECT_THAT(Refusal(Changed(bytes, end + 10, LittleEndianBytes(4, 2))), HasSubstr("shorter than its entries"));
  EXPECT_THAT(Refusal(Changed(bytes, bytes.find("PK\x01\x02"), "PK\x01\x03")), HasSubstr("its directory is damaged"));
  EXPECT_THAT(Refusal(Changed(bytes, end + 10, LittleEndianBytes(2, 2))), HasSubstr("longer than its entries"));
  EXPECT_THAT(Refusal(Changed(bytes, end + 10, LittleEndianBytes(60000, 2))), HasSubstr("shorter than its entries"));
  EXPECT_THAT(Refusal(Changed(bytes, end + 16, LittleEndianBytes(1 << 30, 4))), HasSubstr("lies beyond its end"));
}

}  // namespace
}  // namespace wherefore
