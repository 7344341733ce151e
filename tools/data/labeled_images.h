#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "neurons/dissection.h"

namespace wherefore {

/// A picture and what its pixels are labeled with.
struct LabeledImage {
  at::Tensor pixels;     ///< uint8 (H, W, 3), RGB
  ImageConcepts labels;  ///< masks bool (n, H, W), of the picture's size
  std::string question;  ///< that is asked about it; "" in most data sets
};

/// A segmented data set: a list of concepts, and pictures with masks of them.
class LabeledImages {
 public:
  virtual ~LabeledImages() = default;

  virtual std::string Name() const = 0;  ///< "500 scenes of seed 1", "coco_cc: 100 photographs"
  virtual const std::vector<Concept>& concepts() const = 0;
  virtual int64_t size() const = 0;

  /// One of the size() images: the same for the same index. Throws Error(kBadFile) for what cannot be read.
  virtual LabeledImage At(int64_t index) const = 0;
};

/// Which labels scenes have.
enum class SceneLabels {
  kAll,  ///< of every object
  /// For layers that a question conditions: each scene comes with a question for the colour, shape, size or pattern of
  /// one object, and that value is the only label, where that object is.
  kAskedFor,
};

}  // namespace wherefore
