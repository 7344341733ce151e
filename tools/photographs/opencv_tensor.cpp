#include "tools/photographs/opencv_tensor.h"

#include <limits>
#include <sstream>

#include <ATen/Functions.h>
#include <opencv2/core/mat.hpp>

#include "explain/error.h"

namespace wherefore {
namespace {

bool IsPicture(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.is_cpu() || !tensor.is_contiguous() || tensor.numel() == 0) return false;
  if (tensor.dim() != 3 && !(tensor.dim() == 2 && tensor.scalar_type() == at::kFloat)) return false;
  if (tensor.scalar_type() != at::kByte && tensor.scalar_type() != at::kFloat) return false;
  constexpr int64_t kMost = std::numeric_limits<int>::max();
  return tensor.size(0) <= kMost && tensor.size(1) <= kMost && (tensor.dim() == 2 || tensor.size(2) <= 4);
}

[[noreturn]] void ThrowNoPicture(const at::Tensor& tensor, const char* what) {
  std::ostringstream message;
  message << what << " must be a contiguous uint8 or float32 tensor (H, W, C) on the host; this one is ";
  if (tensor.defined()) {
    message << tensor.dtype() << " " << tensor.sizes() << " on " << tensor.device();
    if (!tensor.is_contiguous()) message << ", not contiguous";
  } else {
    message << "undefined";
  }
  ThrowUsage(message.str());
}

}  // namespace

cv::Mat MatOver(const at::Tensor& tensor, const char* what) {
  if (!IsPicture(tensor)) ThrowNoPicture(tensor, what);
  const int channels = tensor.dim() == 2 ? 1 : static_cast<int>(tensor.size(2));
  const int depth = tensor.scalar_type() == at::kByte ? CV_8U : CV_32F;
  return {static_cast<int>(tensor.size(0)), static_cast<int>(tensor.size(1)), CV_MAKETYPE(depth, channels),
          tensor.data_ptr()};
}

at::Tensor TensorOf(const cv::Mat& mat) {
  std::vector<int64_t> sizes = {mat.rows, mat.cols};
  if (mat.channels() > 1) sizes.push_back(mat.channels());
  auto tensor = at::empty(sizes, mat.depth() == CV_8U ? at::kByte : at::kFloat);
  cv::Mat view(mat.rows, mat.cols, mat.type(), tensor.data_ptr());
  mat.copyTo(view);
  return tensor;
}

}  // namespace wherefore
