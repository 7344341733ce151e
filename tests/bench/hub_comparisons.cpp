#include <memory>
#include <string>

#include <ATen/ATen.h>

#include "models/decoding/decode.h"
#include "tasks/explain.h"
#include "tasks/prompt.h"
#include "tests/bench/hub_models.h"
#include "tests/bench/ratios.h"

namespace wherefore {
namespace {

/// A model of a published size, an image for it, and what is asked.
struct Asked {
  Model model;
  at::Tensor image;
  Request request;

  Asked(HubModelSize size, int64_t side, c10::Device device, at::ScalarType dtype = at::kFloat)
      : model(RandomHubModel(size, device, dtype)), image(RandomImageFor(model, side)) {
    if (model.info.tasks.front() == Task::kVqa) request.question = "w20 w70 w6 w7 w5 w10 w8";
  }

  /// The text alone.
  void Write() const {
    const at::NoGradGuard no_gradients;
    Tape tape;
    std::vector<std::string> warnings;
    auto& network = model.text_network();
    Decode(network, network.Start(InputWith(image, PromptOf(model, request, &warnings)), tape), model.decoding);
  }

  /// What the layer that is explained is made of: the image's encoder, which Grad-CAM's tape need not leave.
  void Encode() const {
    const at::NoGradGuard no_gradients;
    Tape tape({model.info.layer});
    struct Reached {};
    tape.Substitute(model.info.layer, [](const at::Tensor&) -> at::Tensor { throw Reached(); });
    std::vector<std::string> warnings;
    try {
      model.text_network().Start(InputWith(image, PromptOf(model, request, &warnings)), tape);
    } catch (const Reached&) {
    }
  }

  void Explain() const { wherefore::Explain(model, image, request); }
};

Comparison Written(const std::string& name, HubModelSize size, int64_t side, double bound, c10::Device device) {
  const auto make = [=]() -> Sides {
    const auto asked = std::make_shared<Asked>(size, side, device);
    return {[asked] { asked->Write(); }, [asked] { asked->Explain(); }};
  };
  return {name, bound, make, /*iterations=*/5};
}

Comparison WrittenBesideEncoder(const std::string& name, HubModelSize size, int64_t side, double bound,
                                c10::Device device) {
  const auto make = [=]() -> Sides {
    const auto asked = std::make_shared<Asked>(size, side, device);
    return {[asked] { asked->Encode(); }, [asked] { asked->Write(); }};
  };
  return {name, bound, make, /*iterations=*/5};
}

double BytesOfWeights(const Model& model) {
  double bytes = 0;
  for (const auto& parameter : model.network->parameters()) bytes += static_cast<double>(parameter.nbytes());
  return bytes;
}

/// Memory that nobody writes to, and so takes none.
at::Tensor Reserved(double bytes) { return at::empty({static_cast<int64_t>(bytes)}, at::kByte); }

/// Weights and the peak of explaining, as a multiple of the weights.
Comparison PeakOfExplaining(const std::string& name, HubModelSize size, int64_t side, double bound,
                            c10::Device device) {
  const auto make = [=]() -> Sides {
    const auto asked = std::make_shared<Asked>(size, side, device);
    const auto weights = BytesOfWeights(asked->model);
    return {[=] { Reserved(weights); },
            [=] {
              const auto held = Reserved(weights);
              asked->Explain();
            }};
  };
  return {name, bound, make};
}

/// The peak of loading and answering, as a share of so many bytes.
Comparison PeakOfAnswering(const std::string& name, HubModelSize size, int64_t side, at::ScalarType dtype, double bytes,
                           c10::Device device) {
  const auto make = [=]() -> Sides {
    return {[=] { Reserved(bytes); }, [=] { Asked(size, side, device, dtype).Write(); }};
  };
  return {name, 1, make};
}

}  // namespace

std::vector<Comparison> HubMemoryComparisons(c10::Device device) {
  return {PeakOfExplaining("BLIP base, weights and explaining / weights", HubModelSize::kBlipBase, 384, 1.6, device),
          PeakOfAnswering("PaliGemma 3B in bfloat16, loading and answering / 12 GB", HubModelSize::kPaliGemma3b, 224,
                          at::kBFloat16, 12e9, device)};
}

std::vector<Comparison> HubComparisons(c10::Device device) {
  return {
      WrittenBesideEncoder("caption of 12 words / image encoder, BLIP base", HubModelSize::kBlipBase, 384, 1.55,
                           device),
      Written("caption and its words, BLIP base", HubModelSize::kBlipBase, 384, 1.6, device),
      Written("caption and its words, ViT-GPT2", HubModelSize::kVitGpt2, 224, 1.6, device),
      Written("answer, maps and word importance, BLIP VQA base", HubModelSize::kBlipVqaBase, 384, 1.5, device),
  };
}

}  // namespace wherefore
