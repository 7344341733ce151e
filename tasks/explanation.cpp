#include "tasks/explanation.h"

#include "explain/error.h"

namespace wherefore {

const std::vector<Prediction>& Explanation::predictions() const {
  if (writes()) ThrowUsage("the model '" + model + "' writes text and predicts no labels; ask for written()");
  return std::get<std::vector<Prediction>>(said);
}

const WrittenText& Explanation::written() const {
  if (!writes()) ThrowUsage("the model '" + model + "' chooses among labels and wrote no text; ask for predictions()");
  return std::get<WrittenText>(said);
}

const at::Tensor& Explanation::ImportanceBy(Importance importance) const {
  const at::Tensor& values = importance == Importance::kAlpha      ? alpha
                             : importance == Importance::kAblation ? ablation
                                                                   : gradient_times_activation;
  if (!values.defined()) {
    ThrowUsage("the channels' importance by " + std::string(NameOf(importance)) + " was not measured; " +
               (importance == Importance::kAblation ? "explain with --importance ablation (Request::ablate_channels)"
                                                    : "explain at a layer, by a method of the plain gradient, "
                                                      "with Request::neuron_layer"));
  }
  return values;
}

}  // namespace wherefore
