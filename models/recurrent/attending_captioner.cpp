#include "models/recurrent/attending_captioner.h"

#include <vector>

#include <ATen/ATen.h>

#include "explain/accumulation.h"
#include "explain/error.h"
#include "models/convolutional/feature_map.h"
#include "models/linear.h"

namespace wherefore {
namespace {

constexpr int64_t kBoxNumbers = 5;

/// The boxes of a map's cells, (1, h * w, 5): left, top, right, bottom and area, in shares of the image.
at::Tensor BoxesOf(const at::Tensor& map) {
  const int64_t height = map.size(2);
  const int64_t width = map.size(3);
  const auto place = Positions(height * width, map);
  const auto left = place.remainder(width) / width;
  const auto top = place.div(width, "floor") / height;
  const double cell_width = 1.0 / static_cast<double>(width);
  const double cell_height = 1.0 / static_cast<double>(height);
  const auto area = at::full_like(left, cell_width * cell_height);
  return at::stack({left, top, left + cell_width, top + cell_height, area}, 1).unsqueeze(0).to(map.scalar_type());
}

}  // namespace

AttendingCaptioner::AttendingCaptioner(const AttendingOptions& options)
    : CaptionNetwork(options.trunk),
      annotation_stage_(options.annotation_stage),
      annotation_channels_(options.annotation_channels),
      annotation_size_(options.annotation_channels + (options.use_box ? kBoxNumbers : 0)) {
  if (options.non_local_size == 0) return;
  non_local_ = register_module("non_local", std::make_shared<NonLocalBlock>(annotation_size_, options.non_local_size));
}

at::Tensor AttendingCaptioner::Encode(const at::Tensor& images, Tape& tape) {
  const auto annotations = Annotate(images, tape);
  return non_local_ ? non_local_->forward(annotations) : annotations;
}

at::Tensor AttendingCaptioner::Annotate(const at::Tensor& images, Tape& tape) {
  const auto map = FeatureMap(trunk(), images, tape, annotation_stage_, annotation_channels_,
                              "AttendingOptions::annotation_channels");
  const auto annotations = Annotations(map);
  if (annotation_size_ == annotation_channels_) return annotations;
  return at::cat({annotations, BoxesOf(map).expand({map.size(0), -1, -1})}, 2);
}

void AttendingCaptioner::CheckAnnotations(const at::Tensor& annotations) const {
  if (annotations.dim() != 3 || annotations.size(2) != annotation_size_) {
    ThrowUsage("the captioner attends to annotations (N, places, " + std::to_string(annotation_size_) +
               "), as Encode() gives them");
  }
}

std::pair<at::Tensor, at::Tensor> AttendingCaptioner::ReadAll(const at::Tensor& embedded, DecoderState* state) {
  std::vector<at::Tensor> scored;
  std::vector<at::Tensor> attention;
  for (int64_t step = 0; step < embedded.size(1); ++step) {
    attention.push_back(Read(embedded.select(1, step), state));
    scored.push_back(Scored(*state));
  }
  return {at::stack(scored, 1), at::stack(attention, 1)};
}

at::Tensor AttendingCaptioner::Run(const at::Tensor& embedded, DecoderState* state) {
  return ReadAll(embedded, state).first;
}

std::pair<at::Tensor, at::Tensor> AttendingCaptioner::AttendedLogits(const at::Tensor& annotations,
                                                                     const at::Tensor& words) {
  auto state = Begin(annotations);
  const auto [scored, attention] = ReadAll(embed_(words.to(annotations.device())), &state);
  return {output_(scored), attention};
}

AdditiveAttention::AdditiveAttention(int64_t hidden_size, int64_t attention_size) {
  h2att_ = register_module("h2att", torch::nn::Linear(hidden_size, attention_size));
  alpha_net_ = register_module("alpha_net", torch::nn::Linear(attention_size, 1));
}

at::Tensor AdditiveAttention::forward(const at::Tensor& hidden, const at::Tensor& projected) {
  const auto of_hidden = FullyConnected(h2att_, hidden).unsqueeze(1);
  return alpha_net_(at::tanh(projected + of_hidden)).squeeze(2).softmax(1);
}

}  // namespace wherefore
