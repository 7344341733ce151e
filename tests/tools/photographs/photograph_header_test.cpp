#include "tools/photographs/photograph_header.h"

#include <gtest/gtest.h>

#include "tests/support/image_files.h"

namespace wherefore {
namespace {

void ExpectSize(const PhotographHeader& header, PhotographFormat format, int64_t width, int64_t height) {
  EXPECT_EQ(header.format, format);
  EXPECT_EQ(header.width, width);
  EXPECT_EQ(header.height, height);
}

/// A WebP file whose canvas is one pixel, and that has EXIF data.
std::string WebpWithExif(const std::string& exif) {
  const std::string canvas = std::string("\x08\0\0\0", 4) + LittleEndian(0, 3) + LittleEndian(0, 3);
  return WebpFile(RiffChunk("VP8X", canvas) + OnePixelWebpChunk() + RiffChunk("EXIF", exif));
}

/// The beginning of a BigTIFF file with these fields, (tag, value) of 64 bits each.
std::string BigTiff(const std::vector<std::pair<unsigned, std::uint64_t>>& fields) {
  std::string file = "II" + LittleEndian(43, 2) + LittleEndian(8, 2) + LittleEndian(0, 2) + LittleEndian(16, 8) +
                     LittleEndian(fields.size(), 8);
  for (const auto& [tag, value] : fields) {
    file += LittleEndian(tag, 2) + LittleEndian(16, 2) + LittleEndian(1, 8) + LittleEndian(value, 8);
  }
  return file;
}

TEST(PhotographHeaderTest, FindsTheSizeThatEachFormatDeclares) {
  ExpectSize(ReadPhotographHeader(FlatJpeg({100})), PhotographFormat::kJpeg, 8, 8);
  ExpectSize(ReadPhotographHeader(FlatJpeg({100}, true)), PhotographFormat::kJpeg, 8, 8);
  ExpectSize(ReadPhotographHeader(PngFile(3, 2, 8, 0, "abcdef")), PhotographFormat::kPng, 3, 2);
  ExpectSize(ReadPhotographHeader(BmpFile(1, 2, 24, "abc_def_")), PhotographFormat::kBmp, 1, 2);
  ExpectSize(ReadPhotographHeader(BmpFile(1, -2, 24, "abc_def_")), PhotographFormat::kBmp, 1, 2);
  ExpectSize(ReadPhotographHeader(TiffFile(1, 2, 8, "abcdef")), PhotographFormat::kTiff, 1, 2);
  ExpectSize(ReadPhotographHeader(BigTiff({{256, 30'000}, {257, 40'000}})), PhotographFormat::kTiff, 30'000, 40'000);
  ExpectSize(ReadPhotographHeader(WebpFile(OnePixelWebpChunk())), PhotographFormat::kWebp, 1, 1);
  ExpectSize(ReadPhotographHeader(WebpWithExif(ExifData(1))), PhotographFormat::kWebp, 1, 1);
}

TEST(PhotographHeaderTest, ReadsALossyWebpsSize) {
  const std::string data = std::string("\x30\x01\0\x9d\x01\x2a", 6) + LittleEndian(640, 2) + LittleEndian(480, 2);
  ExpectSize(ReadPhotographHeader(WebpFile(RiffChunk("VP8 ", data))), PhotographFormat::kWebp, 640, 480);
}

TEST(PhotographHeaderTest, ReadsTheOldestBmpHeader) {
  const std::string file = "BM" + LittleEndian(0, 8) + LittleEndian(26, 4) + LittleEndian(12, 4) + LittleEndian(1, 2) +
                           LittleEndian(2, 2) + LittleEndian(1, 2) + LittleEndian(24, 2) + "abc_def_";
  ExpectSize(ReadPhotographHeader(file), PhotographFormat::kBmp, 1, 2);
  EXPECT_TRUE(ReadPhotographHeader(file).is_whole);
  EXPECT_FALSE(ReadPhotographHeader(file.substr(0, file.size() - 1)).is_whole);
}

TEST(PhotographHeaderTest, FindsTheOrientationWhereverExifMayBe) {
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    const int wanted = static_cast<int>(orientation);
    EXPECT_EQ(ReadPhotographHeader(WithExif(FlatJpeg({1}), orientation)).orientation, wanted);
    EXPECT_EQ(ReadPhotographHeader(WithExif(FlatJpeg({1}), orientation, /*big_endian=*/true)).orientation, wanted);
    EXPECT_EQ(ReadPhotographHeader(PngFile(1, 1, 8, 0, "a", PngChunk("eXIf", ExifData(orientation)))).orientation,
              wanted);
    EXPECT_EQ(ReadPhotographHeader(WebpWithExif(ExifData(orientation))).orientation, wanted);
    EXPECT_EQ(ReadPhotographHeader(WebpWithExif(std::string("Exif\0\0", 6) + ExifData(orientation))).orientation,
              wanted);
  }
}

TEST(PhotographHeaderTest, TakesAnOrientationThatDoesNotExistForUpright) {
  EXPECT_EQ(ReadPhotographHeader(WithExif(FlatJpeg({1}), 0)).orientation, 1);
  EXPECT_EQ(ReadPhotographHeader(WithExif(FlatJpeg({1}), 9)).orientation, 1);
  EXPECT_EQ(ReadPhotographHeader(FlatJpeg({1})).orientation, 1);
}

TEST(PhotographHeaderTest, CallsNoBeginningOfAFileWhole) {
  const auto whole = {WithExif(FlatJpeg({1, 2, 3}), 6, false, FlatJpeg({9})), FlatJpeg({77}, true),
                      PngFile(2, 2, 8, 2, "abcdefghijkl"), BmpFile(1, 2, 24, "abc_def_"), WebpWithExif(ExifData(3))};
  for (const auto& file : whole) {
    const auto header = ReadPhotographHeader(file);
    EXPECT_TRUE(header.is_whole) << NameOf(header.format);
    for (std::size_t size = 30; size < file.size(); ++size) {
      EXPECT_FALSE(ReadPhotographHeader(file.substr(0, size)).is_whole) << NameOf(header.format) << " of " << size;
    }
  }
}

TEST(PhotographHeaderTest, AllowsBytesAfterTheEnd) {
  const std::string junk(100, '\0');
  EXPECT_TRUE(ReadPhotographHeader(FlatJpeg({1}) + junk).is_whole);
  EXPECT_TRUE(ReadPhotographHeader(FlatJpeg({1}) + FlatJpeg({2}).substr(0, 40)).is_whole);
  EXPECT_TRUE(ReadPhotographHeader(PngFile(1, 1, 8, 0, "a") + junk).is_whole);
  EXPECT_TRUE(ReadPhotographHeader(WebpFile(OnePixelWebpChunk()) + junk).is_whole);
}

TEST(PhotographHeaderTest, PassesOverMarkersWithinScans) {
  const auto jpeg = FlatJpeg({100});
  const auto scan = jpeg.substr(0, jpeg.size() - 2);
  const auto header = ReadPhotographHeader(scan + std::string("\xFF\0\xFF\xD0\xFF\xFF\xD9", 7));
  EXPECT_TRUE(header.is_whole);
  EXPECT_FALSE(ReadPhotographHeader(scan + std::string("\xFF\0\xFF\xD0\xFF\xFF\0\xD9", 8)).is_whole);
}

TEST(PhotographHeaderTest, KnowsFormatsByTheirContent) {
  EXPECT_EQ(ReadPhotographHeader("GIF89a......").format, PhotographFormat::kGif);
  EXPECT_EQ(ReadPhotographHeader(BigEndian(24, 4) + "ftypheic....").format, PhotographFormat::kHeif);
  EXPECT_EQ(ReadPhotographHeader(BigEndian(24, 4) + "ftypavif....").format, PhotographFormat::kHeif);
  for (const auto* text : {"", "BM", "Dear diary", "\xFF\xD8", "RIFF....WAVEfmt ", "....ftypisom...."}) {
    EXPECT_EQ(ReadPhotographHeader(text).format, PhotographFormat::kUnknown) << text;
  }
}

TEST(PhotographHeaderTest, SurvivesSizesThatLie) {
  ExpectSize(ReadPhotographHeader(BmpFile(-5, INT32_MIN, 24, "")), PhotographFormat::kBmp, 0, int64_t{1} << 31);
  EXPECT_FALSE(ReadPhotographHeader(BmpFile(INT32_MAX, INT32_MAX, 65535, "x")).is_whole);
  EXPECT_GT(ReadPhotographHeader(BigTiff({{256, UINT64_MAX}, {257, 1}})).width, 0);
  ExpectSize(ReadPhotographHeader("II*" + std::string(5, '\0')), PhotographFormat::kTiff, 0, 0);
}

}  // namespace
}  // namespace wherefore
