#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"
#include "models/model.h"
#include "tasks/explanation.h"
#include "tasks/request.h"
#include "tools/data/data_set.h"

namespace wherefore {

/// A method, at a layer: a column of the tables.
struct Column {
  std::string name;  ///< "grad-cam"; "grad-cam@layer3" where there are several layers
  std::string method;
  std::string layer;  ///< "": the model's own
};

/// Each method at each layer; those that have no layer once. No layer: the model's own. Throws Error(kUsage) for a
/// method that there is not, or one that is named twice.
std::vector<Column> ColumnsOf(const std::vector<std::string>& methods, const std::vector<std::string>& layers);

/// One case of a data set, explained by any method when that is asked for: always the same targets.
class ExplainedCase {
 public:
  /// Explains it by `first`, which says what the targets are. `model` and `asked` must outlive this object. The
  /// case's `index` is added to the seed of methods that draw at random, which else drew the same for every case.
  /// Throws as the tasks' Explain() does.
  ExplainedCase(const Model& model, const EvaluationCase& asked, int64_t index, c10::Device device, const Column& first,
                const MethodOptions& options);

  const Model& model() const { return model_; }
  const EvaluationCase& asked() const { return asked_; }
  const at::Tensor& image() const { return image_; }      ///< on the model's device
  const Explanation& own() const { return own_; }         ///< by the first method
  const TargetPlaces& places() const { return places_; }  ///< of `own`

  /// Kept, once it is made.
  const Explanation& By(const Column& column);

  /// Of the same targets in another image. Not kept.
  Explanation ByOn(const Column& column, const at::Tensor& image) const;

  Subject ToAsk() const;

  /// HeatOf() at the size of the picture, which the masks have, and of the image, which the network has.
  at::Tensor HeatOnPicture(const Column& column, int64_t row);
  at::Tensor HeatOnImage(const Column& column, int64_t row);

 private:
  HowToExplain HowBy(const Column& column) const;

  const Model& model_;
  const EvaluationCase& asked_;
  MethodOptions options_;
  at::Tensor image_;
  Explanation own_;
  TargetPlaces places_;
  std::map<std::string, Explanation> kept_;  ///< by the column's name, but for the first
  std::string first_;
};

}  // namespace wherefore
