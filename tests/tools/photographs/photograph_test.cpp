#include "tools/photographs/photograph.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <iostream>
#include <thread>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/image_files.h"
#include "tests/support/json_numbers.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"
#include "tests/support/system_limits.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

at::Tensor Pixels(const std::string& bytes) { return DecodePhotograph(bytes, "photo").pixels; }

/// Greatest difference of any value of two pictures, 256 where their sizes differ.
int Difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return 256;
  return (a.to(at::kInt) - b.to(at::kInt)).abs().max().item<int>();
}

/// A picture (height, width, 3) of this one colour.
at::Tensor Flat(int64_t height, int64_t width, std::vector<int64_t> rgb) {
  return at::tensor(rgb, at::kLong).to(at::kByte).expand({height, width, 3}).contiguous();
}

/// Red, green, blue and white quarters, wider than high.
at::Tensor Quarters() {
  const auto above = at::cat({Flat(16, 32, {230, 20, 20}), Flat(16, 32, {20, 230, 20})}, 1);
  const auto below = at::cat({Flat(16, 32, {20, 20, 230}), Flat(16, 32, {240, 240, 240})}, 1);
  return at::cat({above, below}, 0);
}

/// The middles of the quarters: JPEG blurs the colours of their edges.
at::Tensor Middles(const at::Tensor& picture) { return picture.slice(0, 8, {}, 16).slice(1, 16, {}, 32); }

/// How a camera stores an upright picture under an orientation: EXIF says which sides of it the first stored row and
/// the first stored column are.
at::Tensor Stored(const at::Tensor& upright, unsigned orientation) {
  switch (orientation) {
    case 2:
      return upright.flip(1).contiguous();  // top, right
    case 3:
      return upright.flip({0, 1}).contiguous();  // bottom, right
    case 4:
      return upright.flip(0).contiguous();  // bottom, left
    case 5:
      return upright.transpose(0, 1).contiguous();  // left, top
    case 6:
      return upright.flip(1).transpose(0, 1).contiguous();  // right, top
    case 7:
      return upright.flip({0, 1}).transpose(0, 1).contiguous();  // right, bottom
    case 8:
      return upright.flip(0).transpose(0, 1).contiguous();  // left, bottom
    default:
      return upright;
  }
}

std::string Rows(const at::Tensor& picture) {
  return {static_cast<const char*>(picture.data_ptr()), static_cast<std::size_t>(picture.numel())};
}

TEST(PhotographTest, TurnsAJpegAsItsOrientationSays) {
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      const auto jpeg = EncodeJpeg(Stored(Quarters(), orientation), 95);
      const auto pixels = Pixels(WithExif(jpeg, orientation, big_endian));
      ASSERT_EQ(pixels.sizes(), Quarters().sizes()) << "orientation " << orientation;
      EXPECT_LE(Difference(Middles(pixels), Middles(Quarters())), 4) << "orientation " << orientation;
    }
  }
}

TEST(PhotographTest, TurnsAPngAsItsOrientationSays) {
  const auto upright = at::arange(18, at::kByte).reshape({2, 3, 3});
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    const auto stored = Stored(upright, orientation);
    const auto png = PngFile(static_cast<std::uint32_t>(stored.size(1)), static_cast<std::uint32_t>(stored.size(0)), 8,
                             2, Rows(stored), PngChunk("eXIf", ExifData(orientation)));
    EXPECT_EQ(Difference(Pixels(png), upright), 0) << "orientation " << orientation;
  }
}

TEST(PhotographTest, TurnsATiffAsItsOrientationSays) {
  const auto upright = at::arange(18, at::kByte).reshape({2, 3, 3});
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    const auto stored = Stored(upright, orientation);
    const auto width = static_cast<std::uint32_t>(stored.size(1));
    const auto height = static_cast<std::uint32_t>(stored.size(0));
    EXPECT_EQ(Difference(Pixels(TiffFile(width, height, 8, Rows(stored), orientation)), upright), 0) << orientation;
  }
}

TEST(PhotographTest, MakesGreyRgb) {
  EXPECT_EQ(Difference(Pixels(PngFile(1, 1, 8, 0, "\x64")), Flat(1, 1, {100, 100, 100})), 0);
  EXPECT_LE(Difference(Pixels(FlatJpeg({100})), Flat(8, 8, {100, 100, 100})), 1);
}

TEST(PhotographTest, LaysTransparencyOverWhite) {
  const std::string red = "\xC8\x0A\x14";
  EXPECT_EQ(Difference(Pixels(PngFile(1, 1, 8, 6, red + "\xFF")), Flat(1, 1, {200, 10, 20})), 0);
  EXPECT_EQ(Difference(Pixels(PngFile(1, 1, 8, 6, red + std::string(1, '\0'))), Flat(1, 1, {255, 255, 255})), 0);
  // 51 / 255 is a fifth: 255 - (255 - c) / 5.
  EXPECT_EQ(Difference(Pixels(PngFile(1, 1, 8, 6, red + "\x33")), Flat(1, 1, {244, 206, 208})), 0);
  EXPECT_EQ(Difference(Pixels(PngFile(1, 1, 8, 4, "\x64\x33")), Flat(1, 1, {224, 224, 224})), 0);
}

TEST(PhotographTest, ScalesSixteenBitsToEight) {
  EXPECT_EQ(Difference(Pixels(PngFile(1, 1, 16, 2, std::string("\xFF\xFF\x80\x80\0\0", 6))), Flat(1, 1, {255, 128, 0})),
            0);
  EXPECT_EQ(Difference(Pixels(PngFile(1, 1, 16, 0, "\x80\x80")), Flat(1, 1, {128, 128, 128})), 0);
  EXPECT_EQ(Difference(Pixels(TiffFile(1, 1, 16, std::string("\xFF\xFF\x80\x80\0\0", 6))), Flat(1, 1, {255, 128, 0})),
            0);
}

TEST(PhotographTest, LooksColoursUpInAPalette) {
  const auto palette = PngChunk("PLTE", "\x0A\x14\x1E\x64\x6E\x78");
  const auto pixels = Pixels(PngFile(2, 1, 8, 3, std::string("\1\0", 2), palette));
  EXPECT_EQ(Difference(pixels, at::cat({Flat(1, 1, {100, 110, 120}), Flat(1, 1, {10, 20, 30})}, 1)), 0);
  const auto clear = PngChunk("tRNS", std::string(1, '\0'));  // the palette's first colour
  const auto laid = Pixels(PngFile(2, 1, 8, 3, std::string("\1\0", 2), palette + clear));
  EXPECT_EQ(Difference(laid, at::cat({Flat(1, 1, {100, 110, 120}), Flat(1, 1, {255, 255, 255})}, 1)), 0);
}

TEST(PhotographTest, ReadsOneBitAPixel) {
  EXPECT_EQ(
      Difference(Pixels(PngFile(2, 1, 1, 0, "\x40")), at::cat({Flat(1, 1, {0, 0, 0}), Flat(1, 1, {255, 255, 255})}, 1)),
      0);
}

TEST(PhotographTest, ReadsJpegsOfEveryKindThatPeopleHave) {
  EXPECT_LE(Difference(Pixels(FlatJpeg({200, 100, 50})), Flat(8, 8, {200, 100, 50})), 1);
  EXPECT_LE(Difference(Pixels(FlatJpeg({200}, /*progressive=*/true)), Flat(8, 8, {200, 200, 200})), 1);
  // Adobe's CMYK is stored inverted: with no black at all, what is stored is red, green and blue.
  EXPECT_LE(Difference(Pixels(FlatJpeg({200, 100, 50, 255})), Flat(8, 8, {200, 100, 50})), 2);
}

TEST(PhotographTest, ReadsBmp) {
  const auto two = at::cat({Flat(1, 1, {3, 2, 1}), Flat(1, 1, {6, 5, 4})}, 0);
  EXPECT_EQ(Difference(Pixels(BmpFile(1, 2, 24, std::string("\4\5\6\0\1\2\3\0", 8))), two), 0);
  EXPECT_EQ(Difference(Pixels(BmpFile(1, -2, 24, std::string("\1\2\3\0\4\5\6\0", 8))), two), 0);
}

TEST(PhotographTest, TakesAnUnsetAlphaOfABmpForNone) {
  EXPECT_EQ(Difference(Pixels(BmpFile(1, 1, 32, std::string("\1\2\3\0", 4))), Flat(1, 1, {3, 2, 1})), 0);
}

TEST(PhotographTest, ReadsTiff) {
  EXPECT_EQ(
      Difference(Pixels(TiffFile(1, 2, 8, "\3\2\1\6\5\4")), at::cat({Flat(1, 1, {3, 2, 1}), Flat(1, 1, {6, 5, 4})}, 0)),
      0);
}

TEST(PhotographTest, ReadsWebp) {
  EXPECT_THAT(Pixels(WebpFile(OnePixelWebpChunk())).sizes(), testing::ElementsAre(1, 1, 3));
}

TEST(PhotographTest, GoesByTheContentNotTheName) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("liar.jpg"), PngFile(1, 1, 8, 0, "\x64"));
  EXPECT_EQ(Difference(LoadPhotograph(directory.PathOf("liar.jpg")).pixels, Flat(1, 1, {100, 100, 100})), 0);
}

TEST(PhotographTest, ReadsAFileWhoseNameHasSpacesAndUmlauts) {
  const TemporaryDirectory directory;
  const auto path = directory.PathOf("mein Foto über 猫.png");
  WriteFileWhole(path, PngFile(1, 1, 8, 0, "\x64"));
  EXPECT_EQ(LoadPhotograph(path).path, path);
}

TEST(PhotographTest, ReadsAJpegWithBytesAfterItsEnd) {
  const auto photograph = DecodePhotograph(FlatJpeg({100}) + std::string(50, '\0'), "photo");
  EXPECT_LE(Difference(photograph.pixels, Flat(8, 8, {100, 100, 100})), 1);
  EXPECT_THAT(photograph.warnings, IsEmpty());
}

TEST(PhotographTest, WarnsOfADamagedJpegAndPrintsNothing) {
  auto jpeg = EncodeJpeg((at::rand({64, 64, 3}) * 255).to(at::kByte));
  jpeg = jpeg.substr(0, jpeg.size() * 2 / 3) + "\xFF\xD9";  // an end, but not where it should be
  testing::internal::CaptureStderr();
  const auto photograph = DecodePhotograph(jpeg, "photo.jpg");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_EQ(photograph.warnings.size(), 1U);
  EXPECT_THAT(photograph.warnings[0], StartsWith("the file is damaged and may be shown wrongly: Corrupt JPEG data"));
}

TEST(PhotographTest, ReadsManyFilesAtOnce) {
  // Each thread must get the warning of its own file, and what others print must come out.
  const auto whole = EncodeJpeg((at::rand({64, 64, 3}) * 255).to(at::kByte));
  const auto damaged = whole.substr(0, whole.size() * 2 / 3) + "\xFF\xD9";
  const auto png = EncodePng(Quarters());
  testing::internal::CaptureStderr();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) {
        const bool is_damaged = (i + thread) % 2 == 0;
        if (DecodePhotograph(is_damaged ? damaged : whole, "photo").warnings.size() != (is_damaged ? 1U : 0U)) ++wrong;
        if (Difference(Pixels(png), Quarters()) != 0) ++wrong;
      }
      std::cerr << "x";
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "xxxx");
  EXPECT_EQ(wrong, 0);
}

TEST(PhotographTest, DecodesAsOpenCvDoes) {
  const auto x = at::linspace(0, 9, 123).reshape({1, 123, 1});
  const auto y = at::linspace(0, 7, 77).reshape({77, 1, 1});
  const auto picture = ((x * y).sin() * 80 + 128 + at::randn({77, 123, 3}) * 20).clamp(0, 255).to(at::kByte);
  for (const int quality : {30, 75, 95}) {
    const auto jpeg = EncodeJpeg(picture, quality);
    EXPECT_EQ(Difference(Pixels(jpeg), DecodePicture(jpeg)), 0) << quality;
  }
  EXPECT_EQ(Difference(Pixels(EncodePng(picture)), picture), 0);
}

TEST(PhotographTest, KeepsSilentAboutColourProfiles) {
  // libpng complains about this one, and reads the pixels all the same.
  const auto png = PngFile(1, 1, 8, 0, "\x64", PngChunk("iCCP", "no profile"));
  testing::internal::CaptureStderr();
  const auto photograph = DecodePhotograph(png, "photo.png");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_THAT(photograph.warnings, IsEmpty());
}

// What cannot be read.

std::string RefusalOf(const std::string& bytes) {
  testing::internal::CaptureStderr();
  const auto text = ErrorText(ErrorKind::kBadFile, [&] { DecodePhotograph(bytes, "photo"); });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "something was printed";
  return text;
}

TEST(PhotographErrorTest, NamesAMissingFileAndADirectory) {
  const TemporaryDirectory directory;
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [] { LoadPhotograph("/nowhere/photo.jpg"); }),
            "cannot read '/nowhere/photo.jpg': No such file or directory");
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { LoadPhotograph(directory.path()); }),
            "cannot read '" + directory.path() + "': Is a directory");
}

TEST(PhotographErrorTest, SaysThatAFileMayNotBeRead) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("photo.jpg"), FlatJpeg({100}));
  ::chmod(directory.PathOf("photo.jpg").c_str(), 0);
  std::string text;
  {
    const OrdinaryUser user;
    if (!user.is_ordinary()) GTEST_SKIP() << "the administrator may read everything";
    text = ErrorText(ErrorKind::kBadFile, [&] { LoadPhotograph(directory.PathOf("photo.jpg")); });
  }
  EXPECT_EQ(text, "cannot read '" + directory.PathOf("photo.jpg") + "': Permission denied");
}

TEST(PhotographErrorTest, RefusesWhatIsNoImage) {
  EXPECT_EQ(RefusalOf(""), "'photo' is empty (0 bytes): copy or download the photograph again");
  EXPECT_EQ(RefusalOf("Dear diary, today I saw a dog."),
            "'photo' is no image that can be read (its first bytes are 44 65 61 72 20 64 69 61): give a JPEG, PNG, "
            "WebP, TIFF or BMP file");
  EXPECT_EQ(RefusalOf("GIF89a......"),
            "'photo' is a GIF file, which cannot be read here: convert it to JPEG or PNG first");
  EXPECT_THAT(RefusalOf(BigEndian(24, 4) + "ftypheic...."), HasSubstr("is a HEIF file, which cannot be read here"));
}

TEST(PhotographErrorTest, RefusesAWebpThatIsADicomFileToo) {
  // Found by fuzzing: OpenCV would give it to a reader that aborts.
  const auto chunk = RiffChunk("VP8L", std::string("\x2f\1RIFF\x1a\0\0\0WE", 12) + std::string(96, 'x') + "DICM.L..");
  const auto webp = WebpFile(chunk);
  ASSERT_EQ(webp.substr(128, 4), "DICM");
  EXPECT_THAT(RefusalOf(webp), HasSubstr("is no image that can be read"));
}

TEST(PhotographErrorTest, RefusesATruncatedJpeg) {
  // A thumbnail's end is not the photograph's.
  const auto jpeg = WithExif(EncodeJpeg(Quarters()), 1, false, FlatJpeg({100}));
  EXPECT_EQ(RefusalOf(jpeg.substr(0, jpeg.size() - 20)),
            "'photo' is a truncated JPEG: it ends, after " + std::to_string(jpeg.size() - 20) +
                " bytes, before the image does; copy or download it again");
}

TEST(PhotographErrorTest, RefusesOtherTruncatedFiles) {
  const auto png = PngFile(2, 2, 8, 0, "abcd");
  EXPECT_THAT(RefusalOf(png.substr(0, png.size() - 12)), HasSubstr("is a truncated PNG"));
  EXPECT_THAT(RefusalOf(BmpFile(1, 2, 24, "abc_")), HasSubstr("is a truncated BMP"));
  EXPECT_THAT(RefusalOf(WebpFile(OnePixelWebpChunk()).substr(0, 28)), HasSubstr("is a truncated WebP"));
  const auto tiff = TiffFile(1, 1000, 8, "abcdef");  // of which OpenCV prints a line
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { DecodePhotograph(tiff, "photo"); }), HasSubstr("cannot be decoded"));
}

TEST(PhotographErrorTest, RefusesADamagedPng) {
  auto png = PngFile(2, 2, 8, 0, "abcd");
  png[png.size() - 14] ^= 1;  // in the pixels' checksum
  EXPECT_THAT(RefusalOf(png), testing::AllOf(HasSubstr("'photo' cannot be decoded (libpng error: IDAT: CRC error)"),
                                             HasSubstr("it is a damaged PNG, or of a kind that OpenCV")));
}

TEST(PhotographErrorTest, RefusesImagesWithoutPixels) {
  EXPECT_EQ(RefusalOf(BmpFile(0, 1, 24, "")),
            "'photo' is a BMP of 0 x 1 pixels: it is damaged; copy or download it again");
}

TEST(PhotographErrorTest, RefusesFloatingPoint) {
  EXPECT_EQ(RefusalOf(TiffFile(1, 1, 32, std::string(12, '\0'), 1, 3)),
            "'photo' holds CV_32FC1 values: convert it to 8 or 16 bits a channel first");
}

TEST(PhotographErrorTest, RefusesHugeImagesBeforeDecodingThem) {
  const auto row = std::string(1, 'x');
  auto jpeg = FlatJpeg({100});
  const auto size = jpeg.find(BigEndian(8, 2) + BigEndian(8, 2));
  jpeg.replace(size, 4, BigEndian(30'000, 2) + BigEndian(30'000, 2));
  for (const auto& file : {PngFile(30'000, 30'000, 8, 0, row), jpeg, TiffFile(30'000, 30'000, 8, row)}) {
    EXPECT_EQ(
        ErrorText(ErrorKind::kUsage, [&] { DecodePhotograph(file, "photo"); }),
        "'photo' declares 30000 x 30000 pixels, more than the limit of 200000000 pixels: save a smaller copy of it");
  }
}

TEST(PhotographErrorTest, KeepsToTheCallersLimits) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("photo.png"), PngFile(3, 2, 8, 0, "abcdef"));
  PhotographLimits limits;
  limits.pixels = 6;
  EXPECT_NO_THROW(LoadPhotograph(directory.PathOf("photo.png"), limits));
  limits.pixels = 5;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { LoadPhotograph(directory.PathOf("photo.png"), limits); }),
              HasSubstr("declares 3 x 2 pixels, more than the limit of 5 pixels"));
  limits.bytes = 10;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { LoadPhotograph(directory.PathOf("photo.png"), limits); }),
              HasSubstr("bytes, more than the limit of 10: is it a photograph?"));
}

TEST(PhotographErrorTest, TurnsOpenCvsOwnLimitIntoAnError) {
  PhotographLimits none;
  none.pixels = INT64_MAX;
  const auto file = PngFile(2'000'000'000, 1, 8, 0, "x");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { DecodePhotograph(file, "photo", none); }),
              HasSubstr("'photo' cannot be decoded"));
}

// The network's input.

TEST(PreprocessTest, RefusesAPhotographTooNarrowToCrop) {
  ImageOptions options;
  options.resize = "center_crop";
  EXPECT_EQ(ErrorText(ErrorKind::kUsage,
                      [&] {
                        Preprocess({"photo", Flat(1, 10'000, {0, 0, 0}), {}}, options);
                      }),
            "'photo' has 10000 x 1 pixels, too narrow to be scaled to a shorter side of 256: crop it first");
}

TEST(PreprocessTest, MeetsTheReferenceOnRealPhotographs) {
  WHEREFORE_NEEDS_SHARED("golden/imagenet.json");
  ImageOptions options;
  options.mean = options.std = {0.5, 0.5, 0.5};
  for (const auto* golden : {"golden/imagenet.json", "golden/photo-caption.json"}) {
    for (const auto& entry : ReadJson(SharedPath(golden))) {
      const auto input = Preprocess(LoadPhotograph(SharedPath(entry["photo"])), options)[0];
      const std::string photo = entry["photo"];
      // Both decoders are libjpeg's or libpng's, so that only rounding differs.
      ExpectClose(input.mean({1, 2}), Numbers(entry["input"]["mean"]), 1e-5, photo + " mean");
      ExpectClose(input.select(1, 0).select(1, 0), Numbers(entry["input"]["at_0_0"]), 1e-6, photo + " at 0, 0");
      ExpectClose(input.select(1, 100).select(1, 50), Numbers(entry["input"]["at_100_50"]), 1e-6,
                  photo + " at 100, 50");
    }
  }
}

}  // namespace
}  // namespace wherefore
