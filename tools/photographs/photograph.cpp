#include "tools/photographs/photograph.h"

#include <filesystem>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/images/image_processor.h"
#include "tools/photographs/decoders.h"
#include "tools/photographs/opencv_tensor.h"
#include "tools/photographs/photograph_header.h"

namespace wherefore {
namespace {

std::string QuotedPath(const std::string& path) { return "'" + path + "'"; }

std::string Dimensions(int64_t width, int64_t height) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

void CheckFileSize(const std::string& path, int64_t bytes, const PhotographLimits& limits) {
  if (bytes <= limits.bytes) return;
  ThrowUsage(QuotedPath(path) + " has " + std::to_string(bytes) + " bytes, more than the limit of " +
             std::to_string(limits.bytes) + ": is it a photograph? Save a smaller copy of it");
}

void CheckFormat(const std::string& path, const std::string& bytes, const PhotographHeader& header) {
  if (bytes.empty()) ThrowBadFile(QuotedPath(path) + " is empty (0 bytes): copy or download the photograph again");
  if (header.format == PhotographFormat::kUnknown) {
    ThrowBadFile(QuotedPath(path) + " is no image that can be read (its first bytes are " + FirstBytes(bytes) +
                 "): give a JPEG, PNG, WebP, TIFF or BMP file");
  }
  const std::string name = NameOf(header.format);
  if (header.format == PhotographFormat::kHeif || header.format == PhotographFormat::kGif) {
    ThrowBadFile(QuotedPath(path) + " is a " + name +
                 " file, which cannot be read here: convert it to JPEG or PNG first");
  }
  if (!header.is_whole) {
    ThrowBadFile(QuotedPath(path) + " is a truncated " + name + ": it ends, after " + std::to_string(bytes.size()) +
                 " bytes, before the image does; copy or download it again");
  }
}

void CheckDimensions(const std::string& path, const PhotographHeader& header, const PhotographLimits& limits) {
  if (header.width == 0 || header.height == 0) {
    ThrowBadFile(QuotedPath(path) + " is a " + NameOf(header.format) + " of " +
                 Dimensions(header.width, header.height) + ": it is damaged; copy or download it again");
  }
  if (header.width <= limits.pixels / header.height) return;
  ThrowUsage(QuotedPath(path) + " declares " + Dimensions(header.width, header.height) + ", more than the limit of " +
             std::to_string(limits.pixels) + " pixels: save a smaller copy of it");
}

struct Decoded {
  cv::Mat pixels;      ///< empty where it failed
  std::string remark;  ///< what the decoder has to say against the file; "" where nothing
};

/// Once for the process, in which other threads may be decoding: OpenCV prints nothing, and takes no more threads than
/// LibTorch.
void SetUpOpenCv() {
  static const bool done = [] {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    cv::setNumThreads(at::get_num_threads());
    return true;
  }();
  static_cast<void>(done);
}

/// By OpenCV, for formats whose libraries print nothing of their own.
Decoded DecodeByOpenCv(const std::string& bytes) {
  SetUpOpenCv();
  try {
    const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    return {cv::imdecode(file, cv::IMREAD_UNCHANGED), ""};
  } catch (const cv::Exception& error) {
    return {cv::Mat(), error.err};
  }
}

Decoded Decode(const std::string& bytes, PhotographFormat format) {
  if (format != PhotographFormat::kJpeg && format != PhotographFormat::kPng) return DecodeByOpenCv(bytes);
  auto decoded = format == PhotographFormat::kJpeg ? DecodeJpeg(bytes) : DecodePng(bytes);
  if (decoded.samples.empty()) return {cv::Mat(), decoded.remark};
  const cv::Mat view(decoded.height, decoded.width, CV_MAKETYPE(decoded.bits == 16 ? CV_16U : CV_8U, decoded.channels),
                     decoded.samples.data());
  return {view.clone(), decoded.remark};
}

[[noreturn]] void ThrowUndecodable(const std::string& path, const char* format, const Decoded& decoded) {
  const std::string reason = decoded.remark.empty() ? "" : " (" + decoded.remark + ")";
  ThrowBadFile(QuotedPath(path) + " cannot be decoded" + reason + ": it is a damaged " + format +
               ", or of a kind that OpenCV " + CV_VERSION +
               " does not read; copy it again, or save it as JPEG or PNG in another program");
}

/// Lays grey with alpha, or BGR with alpha, over white; leaves others as they are.
cv::Mat OverWhite(const cv::Mat& pixels) {
  const int channels = pixels.channels();
  if (channels != 2 && channels != 4) return pixels;
  cv::Mat opaque(pixels.rows, pixels.cols, CV_8UC(channels - 1));
  for (int y = 0; y < pixels.rows; ++y) {
    const auto* from = pixels.ptr<uchar>(y);
    auto* to = opaque.ptr<uchar>(y);
    for (int x = 0; x < pixels.cols; ++x, from += channels) {
      const int alpha = from[channels - 1];
      for (int c = 0; c + 1 < channels; ++c) {
        *to++ = static_cast<uchar>((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
    }
  }
  return opaque;
}

cv::Mat To8BitRgb(const std::string& path, cv::Mat pixels, PhotographFormat format) {
  if (pixels.depth() == CV_16U) {
    pixels.convertTo(pixels, CV_8U, 1.0 / 257);
  } else if (pixels.depth() != CV_8U) {
    ThrowBadFile(QuotedPath(path) + " holds " + cv::typeToString(pixels.depth()) +
                 " values: convert it to 8 or 16 bits a channel first");
  }
  if (format == PhotographFormat::kBmp && pixels.channels() == 4) {
    cv::Mat alpha;
    cv::extractChannel(pixels, alpha, 3);
    if (cv::countNonZero(alpha) == 0) cv::cvtColor(pixels, pixels, cv::COLOR_BGRA2BGR);
  }
  pixels = OverWhite(pixels);
  cv::cvtColor(pixels, pixels, pixels.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
  return pixels;
}

/// Turns a picture as EXIF 2.32, section 4.6.4, tag Orientation says, so that the photograph is upright.
cv::Mat Upright(cv::Mat pixels, int orientation) {
  if (orientation >= 5) cv::transpose(pixels, pixels);
  if (orientation == 2 || orientation == 6) cv::flip(pixels, pixels, 1);
  if (orientation == 3 || orientation == 7) cv::flip(pixels, pixels, -1);
  if (orientation == 4 || orientation == 8) cv::flip(pixels, pixels, 0);
  return pixels;
}

}  // namespace

Photograph DecodePhotograph(const std::string& bytes, const std::string& path, const PhotographLimits& limits) {
  CheckFileSize(path, static_cast<int64_t>(bytes.size()), limits);
  const auto header = ReadPhotographHeader(bytes);
  CheckFormat(path, bytes, header);
  CheckDimensions(path, header, limits);
  const auto decoded = Decode(bytes, header.format);
  if (decoded.pixels.empty()) ThrowUndecodable(path, NameOf(header.format), decoded);
  const auto rgb = To8BitRgb(path, decoded.pixels, header.format);
  std::vector<std::string> warnings;
  if (!decoded.remark.empty()) {
    warnings.push_back("the file is damaged and may be shown wrongly: " + decoded.remark);
  }
  return {path, TensorOf(Upright(rgb, header.orientation)), warnings};
}

Photograph LoadPhotograph(const std::string& path, const PhotographLimits& limits) {
  std::error_code unknown;  // of pipes, say, which are read to their end; errors are ReadFile's to report
  const auto size = std::filesystem::file_size(path, unknown);
  if (!unknown) CheckFileSize(path, static_cast<int64_t>(size), limits);
  return DecodePhotograph(ReadFile(path), path, limits);
}

at::Tensor Preprocess(const Photograph& photograph, const ImageOptions& options) {
  return ImageProcessor(options).Prepare(photograph.pixels, QuotedPath(photograph.path)).values;
}

}  // namespace wherefore
