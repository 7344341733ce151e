#include "tools/dissection/dissect.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <sstream>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/api/include/torch/serialize/archive.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/images/placement.h"
#include "neurons/composition.h"
#include "tools/command_line/progress.h"
#include "tools/photographs/photograph.h"

namespace wherefore {
namespace {

using Clock = std::chrono::steady_clock;

/// Which pixels of a photograph the pixels of the network's image show, along one side.
struct ShownPixels {
  at::Tensor numbers;   ///< int64, one a pixel of the image
  at::Tensor are_seen;  ///< bool, false on padding
};

/// `count` pixels of the image, from `first` of the resized canvas; the photograph's lie from `before` in the canvas.
ShownPixels PixelsAt(int64_t first, int64_t count, int64_t resized, int64_t canvas, int64_t before, int64_t whole) {
  const auto middle = at::arange(count, at::kDouble) + (static_cast<double>(first) + 0.5);
  const auto scaled = middle * (static_cast<double>(canvas) / static_cast<double>(resized));
  const auto numbers = scaled.floor().to(at::kLong).clamp_max(canvas - 1) - before;
  const auto in_canvas = middle.gt(0).logical_and(middle.lt(resized));
  return {numbers.clamp(0, whole - 1), in_canvas.logical_and(numbers.ge(0)).logical_and(numbers.lt(whole))};
}

/// Masks bool (n, H, W) as the network sees the picture: (n, height, width), each pixel that of the nearest place.
at::Tensor Seen(const at::Tensor& masks, const ImageOptions& image) {
  const auto plan = PlanResize(masks.size(1), masks.size(2), image);
  const auto& window = plan.image;
  const auto rows =
      PixelsAt(window.top, window.height, plan.height, plan.canvas_height, plan.photograph.top, plan.photograph.height);
  const auto columns =
      PixelsAt(window.left, window.width, plan.width, plan.canvas_width, plan.photograph.left, plan.photograph.width);
  const auto seen = masks.index_select(1, rows.numbers).index_select(2, columns.numbers);
  const auto are_seen = rows.are_seen.unsqueeze(1).logical_and(columns.are_seen);
  return are_seen.all().item<bool>() ? seen : seen.logical_and(are_seen);
}

struct Batch {
  at::Tensor images;  ///< (N, 3, H, W)
  std::vector<ImageConcepts> labels;
  std::vector<std::string> questions;
};

Batch Load(const LabeledImages& data, const std::vector<int64_t>& indices, const ImageOptions& options) {
  Batch batch;
  std::vector<at::Tensor> images;
  for (const auto index : indices) {
    auto item = data.At(index);
    Photograph photograph;
    photograph.pixels = item.pixels;
    images.push_back(Preprocess(photograph, options));
    if (item.labels.masks.defined()) item.labels.masks = Seen(item.labels.masks, options);
    batch.labels.push_back(item.labels);
    batch.questions.push_back(item.question);
  }
  batch.images = at::cat(images);
  return batch;
}

std::vector<int64_t> Range(int64_t first, int64_t end) {
  std::vector<int64_t> range;
  for (int64_t i = first; i < end; ++i) range.push_back(i);
  return range;
}

/// What a dissection knows so far, and its file.
class Run {
 public:
  Run(const DissectedLayer& layer, const LabeledImages& data, const DissectRequest& request)
      : layer_(layer),
        data_(data),
        request_(request),
        dissection_(layer.channels(), data.concepts(), layer.info().image.height, layer.info().image.width, data.size(),
                    request.options),
        strongest_(layer.channels(), request.strongest) {
    if (request_.checkpoint.empty() || !std::filesystem::exists(request_.checkpoint)) return;
    if (!request_.resume) {
      ThrowUsage("'" + request_.checkpoint +
                 "' is a dissection that was not finished; go on with --resume, or remove it to begin anew");
    }
    Read();
  }

  void Passes(std::ostream& err) {
    ProgressLine line(err, (1 + request_.compositional) * data_.size(),
                      dissection_.observed() + dissection_.compared());
    while (dissection_.observed() < data_.size()) {
      const int64_t first = dissection_.observed();
      const auto activations = Activations(first, nullptr);
      dissection_.ObserveActivations(activations);
      strongest_.Add(activations, first);
      Tell(&line, "thresholds");
    }
    while (dissection_.compared() < data_.size()) {
      std::vector<ImageConcepts> labels;
      const auto activations = Activations(dissection_.compared(), &labels);
      dissection_.CompareMasks(activations, labels);
      Tell(&line, "masks");
    }
    if (request_.compositional > 1) SearchFormulas(&line);
  }

  DissectedChannels Result() {
    DissectedChannels result;
    result.concepts = search_ ? search_->Result() : dissection_.Result();
    if (search_) result.steps = search_->steps();
    result.concepts.layer = layer_.layer();
    result.concepts.data_set = data_.Name();
    result.concepts.fingerprint = layer_.fingerprint();
    const auto load = [&](int64_t image) {
      const auto batch = Load(data_, {image}, layer_.info().image);
      return ShownImage{batch.images, batch.questions[0]};
    };
    ShowStrongest(strongest_, layer_, load, &result);
    return result;
  }

 private:
  void SearchFormulas(ProgressLine* line) {
    search_.emplace(dissection_, CompositionOptions{request_.compositional, request_.beam});
    if (!search_state_.empty()) search_->Restore(search_state_);
    while (!search_->finished()) {
      std::vector<ImageConcepts> labels;
      const auto activations = Activations(search_->counted(), &labels);
      search_->CountFormulas(activations, labels);
      Tell(line, "formulas");
    }
  }

  int64_t Seen() const {
    const int64_t searched = search_ ? (search_->length() - 1) * data_.size() + search_->counted() : 0;
    return dissection_.observed() + dissection_.compared() + searched;
  }

  at::Tensor Activations(int64_t first, std::vector<ImageConcepts>* labels) {
    auto batch = Load(data_, Range(first, std::min(data_.size(), first + request_.batch)), layer_.info().image);
    if (labels != nullptr) *labels = std::move(batch.labels);
    return layer_.Activations(batch.images, batch.questions);
  }

  void Tell(ProgressLine* line, const char* pass) {
    line->Update(Seen(), pass);
    const std::chrono::duration<double> since = Clock::now() - written_;
    if (request_.checkpoint.empty() || since.count() < request_.between_checkpoints) return;
    written_ = Clock::now();
    Write();
  }

  std::string Settings() const {
    const auto text =
        layer_.fingerprint() + '\n' + layer_.layer() + '\n' + data_.Name() + '\n' + std::to_string(request_.strongest);
    if (request_.compositional == 1) return text;
    return text + '\n' + std::to_string(request_.compositional) + ' ' + std::to_string(request_.beam);
  }

  void Write() const {
    auto state = dissection_.State();
    strongest_.Save(&state);
    if (search_) state.merge(search_->State());
    torch::serialize::OutputArchive archive;
    archive.write("settings", c10::IValue(Settings()));
    c10::Dict<std::string, at::Tensor> tensors;
    for (const auto& [name, tensor] : state) tensors.insert(name, tensor);
    archive.write("state", c10::IValue(tensors));
    std::ostringstream bytes;
    archive.save_to(bytes);
    WriteFileWhole(request_.checkpoint, bytes.str());
  }

  void Read() {
    std::istringstream bytes(ReadFile(request_.checkpoint));
    std::map<std::string, at::Tensor> state;
    std::string settings;
    try {
      torch::serialize::InputArchive archive;
      archive.load_from(bytes);
      c10::IValue value;
      archive.read("settings", value);
      settings = value.toStringRef();
      archive.read("state", value);
      for (const auto& item : value.toGenericDict()) state[item.key().toStringRef()] = item.value().toTensor();
    } catch (const std::exception&) {
      ThrowBadFile("'" + request_.checkpoint + "' is no checkpoint of a dissection; remove it to begin anew");
    }
    if (settings != Settings()) {
      ThrowUsage("'" + request_.checkpoint +
                 "' was begun with another model, layer, data set or search for formulas; remove it to begin anew, or "
                 "name another --out");
    }
    dissection_.Restore(state);
    strongest_.Restore(state);
    for (const auto& part : state) {
      if (part.first.rfind("composition.", 0) == 0) search_state_.insert(part);
    }
  }

  const DissectedLayer& layer_;
  const LabeledImages& data_;
  const DissectRequest& request_;
  Dissection dissection_;
  StrongestImages strongest_;
  std::map<std::string, at::Tensor> search_state_;  ///< of the checkpoint
  std::optional<CompositionSearch> search_;
  Clock::time_point written_ = Clock::now();
};

}  // namespace

DissectedChannels Dissect(const DissectedLayer& layer, const LabeledImages& data, const DissectRequest& request,
                          std::ostream& err) {
  if (layer.channels() < 2) {
    ThrowUsage("layer '" + layer.layer() + "' has one channel: there is nothing to tell apart");
  }
  if (layer.depends_on_question() && data.size() > 0 && data.At(0).question.empty()) {
    ThrowUsage("layer '" + layer.layer() + "' depends on the question, and " + data.Name() +
               " come without one; leave --data out to take scenes with questions, or dissect a layer of the trunk");
  }
  Run run(layer, data, request);
  run.Passes(err);
  auto result = run.Result();
  std::error_code ignored;
  if (!request.checkpoint.empty()) std::filesystem::remove(request.checkpoint, ignored);
  return result;
}

}  // namespace wherefore
