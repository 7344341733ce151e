#include "tools/report/picture.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "models/files/files.h"
#include "tools/photographs/opencv_tensor.h"
#include "tools/report/png.h"

namespace wherefore {
namespace {

/// OpenCV's view of a picture, checked.
cv::Mat PictureMat(const at::Tensor& picture) {
  const auto mat = MatOver(picture, "a picture");
  if (mat.type() != CV_8UC3 && mat.type() != CV_8UC4) {
    ThrowUsage("a picture must be uint8 with 3 or 4 channels; this one is " + cv::typeToString(mat.type()));
  }
  return mat;
}

/// Red and blue change places: OpenCV keeps blue first.
cv::Mat Swapped(const cv::Mat& picture) {
  cv::Mat swapped;
  cv::cvtColor(picture, swapped, picture.channels() == 3 ? cv::COLOR_RGB2BGR : cv::COLOR_RGBA2BGRA);
  return swapped;
}

std::string PngOf(const cv::Mat& picture) {
  return PngBytes({picture.data, static_cast<std::size_t>(picture.rows), static_cast<std::size_t>(picture.cols),
                   static_cast<std::size_t>(picture.channels())});
}

}  // namespace

std::string EncodePng(const at::Tensor& picture) { return PngOf(PictureMat(picture)); }

std::string EncodeGreyPng(const at::Tensor& picture) {
  if (picture.dim() != 2 || picture.scalar_type() != at::kByte) {
    ThrowUsage("a grey picture must be uint8 (H, W); this one is " + std::string(c10::toString(picture.scalar_type())) +
               " with " + std::to_string(picture.dim()) + " dimensions");
  }
  return PngOf(MatOver(picture.unsqueeze(2), "a grey picture"));
}

std::string EncodeJpeg(const at::Tensor& picture, int quality) {
  if (quality < 1 || quality > 100) ThrowUsage("JPEG quality is " + std::to_string(quality) + "; it must be 1 to 100");
  const auto mat = PictureMat(picture);
  if (mat.channels() != 3) ThrowUsage("a JPEG has no transparency: give a picture with 3 channels, not 4");
  std::vector<unsigned char> bytes;
  try {
    if (cv::imencode(".jpg", Swapped(mat), bytes, {cv::IMWRITE_JPEG_QUALITY, quality})) {
      return {bytes.begin(), bytes.end()};
    }
  } catch (const cv::Exception&) {
    // as where imencode() returns false
  }
  ThrowUsage("OpenCV " CV_VERSION " cannot write a picture of " + std::to_string(mat.cols) + " x " +
             std::to_string(mat.rows) + " pixels as JPEG");
}

at::Tensor DecodePicture(const std::string& bytes) {
  const cv::Mat file(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  const cv::Mat decoded = bytes.empty() ? cv::Mat() : cv::imdecode(file, cv::IMREAD_UNCHANGED);
  if (decoded.type() != CV_8UC3 && decoded.type() != CV_8UC4) {
    ThrowBadFile("these " + std::to_string(bytes.size()) + " bytes are no 8-bit colour picture");
  }
  return TensorOf(Swapped(decoded));
}

void WritePicture(const std::string& path, const at::Tensor& picture) { WriteFileWhole(path, EncodePng(picture)); }

at::Tensor Shrunk(const at::Tensor& picture, int64_t longest) {
  if (longest < 1) ThrowUsage("a picture cannot be shrunk to " + std::to_string(longest) + " pixels");
  const auto mat = PictureMat(picture);
  const int64_t side = std::max(mat.cols, mat.rows);
  if (side <= longest) return picture;
  const auto scaled = [&](int64_t size) { return static_cast<int>(std::max<int64_t>(1, size * longest / side)); };
  cv::Mat small;
  cv::resize(mat, small, cv::Size(scaled(mat.cols), scaled(mat.rows)), 0, 0, cv::INTER_AREA);
  return TensorOf(small);
}

}  // namespace wherefore
