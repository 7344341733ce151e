#include "tools/photograph.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "models/files.h"
#include "tools/picture_header.h"

namespace wherefore {
namespace {

std::string Size(int64_t width, int64_t height) { return std::to_string(width) + " x " + std::to_string(height); }

void CheckHeader(const std::string& bytes, const std::string& name, const PhotographLimits& limits) {
  if (bytes.empty()) ThrowBadFile(name + ": the file is empty; it should be a photograph");
  const auto header = ReadPictureHeader(bytes);
  const bool too_many = header.width > 0 && header.height > limits.pixels / header.width;
  if (too_many) {
    ThrowBadFile(name + ": the file declares " + Size(header.width, header.height) + " pixels, more than the " +
                 std::to_string(limits.pixels) + " that are allowed; make it smaller");
  }
  if (!header.complete) {
    ThrowBadFile(name + ": the " + header.format + " file is truncated: its end is missing; copy or download it again");
  }
}

/// Eight bits a channel, whatever the file has.
cv::Mat ToEightBit(const cv::Mat& image) {
  cv::Mat eight;
  if (image.depth() == CV_16U) {
    image.convertTo(eight, CV_8U, 1.0 / 257);
  } else if (image.depth() == CV_32F || image.depth() == CV_64F) {
    image.convertTo(eight, CV_8U, 255);
  } else {
    image.convertTo(eight, CV_8U);
  }
  return eight;
}

cv::Mat OnWhite(const cv::Mat& bgra) {
  std::vector<cv::Mat> planes;
  cv::split(bgra, planes);
  cv::Mat alpha;
  planes[3].convertTo(alpha, CV_32F, 1.0 / 255);
  for (int channel = 0; channel < 3; ++channel) {
    cv::Mat colour;
    planes[channel].convertTo(colour, CV_32F);
    cv::Mat laid = colour.mul(alpha) + 255 * (1 - alpha);
    laid.convertTo(planes[channel], CV_8U);
  }
  planes.pop_back();
  cv::Mat bgr;
  cv::merge(planes, bgr);
  return bgr;
}

/// cv::IMREAD_COLOR turns and converts but drops transparency, IMREAD_UNCHANGED keeps it but does not turn.
cv::Mat Decode(const std::string& bytes) {
  const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  const cv::Mat unchanged = cv::imdecode(raw, cv::IMREAD_UNCHANGED);
  if (unchanged.channels() == 4) return OnWhite(ToEightBit(unchanged));
  return ToEightBit(cv::imdecode(raw, cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH));
}

cv::Mat AsMat(const at::Tensor& pixels) {
  return {static_cast<int>(pixels.size(0)), static_cast<int>(pixels.size(1)), CV_8UC3, pixels.data_ptr()};
}

at::Tensor CopyOf(const cv::Mat& image) {
  const cv::Mat dense = image.isContinuous() ? image : image.clone();
  return at::from_blob(dense.data, {dense.rows, dense.cols, dense.channels()}, at::kByte).clone();
}

}  // namespace

at::Tensor DecodePhotograph(const std::string& bytes, const std::string& name, const PhotographLimits& limits) {
  CheckHeader(bytes, name, limits);
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::Mat bgr;
  try {
    bgr = Decode(bytes);
  } catch (const cv::Exception& error) {
    ThrowBadFile(name + ": the photograph cannot be decoded: " + error.err);
  }
  if (bgr.empty()) {
    ThrowBadFile(name + ": this is no photograph that can be read; JPEG, PNG, BMP, WebP and TIFF files are");
  }
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, bgr.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
  return CopyOf(rgb);
}

Photograph LoadPhotograph(const std::string& path, const PhotographLimits& limits) {
  return {path, DecodePhotograph(ReadFile(path), path, limits)};
}

Region SeenRegion(int64_t height, int64_t width, const ImageOptions& options) {
  if (options.resize != "center_crop") return {0, 0, width, height};
  const double scale = static_cast<double>(std::min(width, height)) / static_cast<double>(options.shorter_side);
  Region region;
  region.width = std::clamp<int64_t>(std::lround(static_cast<double>(options.width) * scale), 1, width);
  region.height = std::clamp<int64_t>(std::lround(static_cast<double>(options.height) * scale), 1, height);
  region.left = (width - region.width) / 2;
  region.top = (height - region.height) / 2;
  return region;
}

at::Tensor Preprocess(const Photograph& photograph, const ImageOptions& options) {
  const auto& pixels = photograph.pixels;
  const Region seen = SeenRegion(pixels.size(0), pixels.size(1), options);
  const cv::Mat part =
      AsMat(pixels)(cv::Rect(static_cast<int>(seen.left), static_cast<int>(seen.top), static_cast<int>(seen.width),
                             static_cast<int>(seen.height)));
  cv::Mat resized;
  cv::resize(part, resized, cv::Size(static_cast<int>(options.width), static_cast<int>(options.height)), 0, 0,
             options.filter == "area" ? cv::INTER_AREA : cv::INTER_LINEAR);
  const auto image = CopyOf(resized).to(at::kFloat).permute({2, 0, 1}).unsqueeze(0) / 255;
  const auto mean = at::tensor(options.mean, at::kFloat).reshape({1, 3, 1, 1});
  const auto std = at::tensor(options.std, at::kFloat).reshape({1, 3, 1, 1});
  return ((image - mean) / std).contiguous();
}

}  // namespace wherefore
