#include "tools/picture.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"

namespace wherefore {
namespace {

cv::Mat AsMat(const at::Tensor& picture) {
  if (picture.scalar_type() != at::kByte || picture.dim() != 3 || (picture.size(2) != 3 && picture.size(2) != 4)) {
    ThrowUsage("a picture must be uint8 (H, W, 3) or (H, W, 4)");
  }
  const auto dense = picture.contiguous();
  return cv::Mat(static_cast<int>(dense.size(0)), static_cast<int>(dense.size(1)),
                 dense.size(2) == 3 ? CV_8UC3 : CV_8UC4, dense.data_ptr())
      .clone();
}

at::Tensor AsTensor(const cv::Mat& picture) {
  return at::from_blob(picture.data, {picture.rows, picture.cols, picture.channels()}, at::kByte).clone();
}

/// Red and blue change places: OpenCV keeps blue first.
cv::Mat Swapped(const cv::Mat& picture) {
  cv::Mat swapped;
  cv::cvtColor(picture, swapped, picture.channels() == 3 ? cv::COLOR_RGB2BGR : cv::COLOR_RGBA2BGRA);
  return swapped;
}

std::string Encode(const at::Tensor& picture, const char* extension, const std::vector<int>& options) {
  std::vector<unsigned char> bytes;
  if (!cv::imencode(extension, Swapped(AsMat(picture)), bytes, options)) {
    ThrowUsage(std::string("the picture cannot be written as ") + extension);
  }
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string EncodePng(const at::Tensor& picture) { return Encode(picture, ".png", {}); }

std::string EncodeJpeg(const at::Tensor& picture, int quality) {
  return Encode(picture, ".jpg", {cv::IMWRITE_JPEG_QUALITY, quality});
}

at::Tensor DecodePicture(const std::string& bytes) {
  const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  const cv::Mat decoded = bytes.empty() ? cv::Mat() : cv::imdecode(raw, cv::IMREAD_UNCHANGED);
  if (decoded.empty() || (decoded.channels() != 3 && decoded.channels() != 4)) {
    ThrowBadFile("these " + std::to_string(bytes.size()) + " bytes are no colour picture");
  }
  return AsTensor(Swapped(decoded));
}

at::Tensor Shrunk(const at::Tensor& picture, int64_t longest) {
  const int64_t side = std::max(picture.size(0), picture.size(1));
  if (side <= longest) return picture;
  const auto shrunk = [&](int64_t size) { return static_cast<int>(std::max<int64_t>(1, size * longest / side)); };
  cv::Mat small;
  cv::resize(AsMat(picture), small, cv::Size(shrunk(picture.size(1)), shrunk(picture.size(0))), 0, 0, cv::INTER_AREA);
  return AsTensor(small);
}

}  // namespace wherefore
