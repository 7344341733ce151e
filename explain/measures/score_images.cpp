#include "explain/measures/score_images.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {

std::vector<double> AskInBatches(const ScoreImages& score, int64_t count, int64_t rows_at_once,
                                 const std::function<at::Tensor(int64_t first, int64_t rows)>& make) {
  if (rows_at_once < 1) ThrowUsage("a batch needs at least 1 image, not " + std::to_string(rows_at_once));
  const at::NoGradGuard no_gradients;
  std::vector<double> scores;
  for (int64_t first = 0; first < count; first += rows_at_once) {
    const int64_t rows = std::min(rows_at_once, count - first);
    const auto found = score(make(first, rows)).to(at::kCPU, at::kDouble).contiguous();
    if (found.dim() != 1 || found.size(0) != rows) {
      ThrowUsage("the scores of " + std::to_string(rows) + " images must be (" + std::to_string(rows) +
                 "); these are " + c10::str(found.sizes()));
    }
    scores.insert(scores.end(), found.data_ptr<double>(), found.data_ptr<double>() + rows);
  }
  if (!std::all_of(scores.begin(), scores.end(), [](double one) { return std::isfinite(one); })) {
    ThrowUsage("a score is NaN or infinity; see what the model says of the image");
  }
  return scores;
}

}  // namespace wherefore
