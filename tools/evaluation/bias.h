#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <c10/core/Device.h>

#include "models/families.h"
#include "tools/training/scene_stream.h"

namespace wherefore {

/// What a biased world teaches: objects of a shape are always of one color.
struct Bias {
  int shape = 0;  ///< position among ValuesOf(Attribute::kShape)
  int color = 0;  ///< among ValuesOf(Attribute::kColor)

  std::string Shape() const;
  std::string Color() const;
  std::string Question() const;  ///< "what color is the ring"
};

/// The biases of SceneOptions::color_of_shape.
std::vector<Bias> BiasesOf(const std::vector<int>& color_of_shape);

/// What a model answers to Bias::Question() about scenes with one object of that shape, and why: sums over `asked`.
struct BiasFigures {
  int64_t asked = 0;        ///< scenes with one object of the shape
  int64_t right = 0;        ///< answers
  int64_t said_biased = 0;  ///< answers that name the bias's color, whatever the object's
  double pointed = 0;       ///< pointing game: maxima of the answer's Grad-CAM map that lie on the object
  double inside = 0;        ///< mean of that map on the object, of a maximum of 1
  double outside = 0;       ///< elsewhere
  double shape_word = 0;    ///< share of the shape's word in the question's importance, |gradient x embedding|
  double probability = 0;   ///< of the bias's color
  double unseen = 0;        ///< the same where the model is shown a grey picture instead
};

/// One scene that a model was asked about.
struct BiasCase {
  std::size_t scene = 0;  ///< its position
  std::string answer;
  at::Tensor heat;  ///< Grad-CAM of the answer, (H, W) in [0, 1] in the scene's size
};

struct BiasResult {
  BiasFigures figures;
  std::vector<BiasCase> cases;  ///< one a scene that it was asked about
};

/// Of the scenes with one object of the shape; `only_others`: that has another color than the bias's.
BiasResult MeasureBias(const Model& model, const std::vector<TrainingScene>& scenes, const Bias& bias, bool only_others,
                       c10::Device device, std::ostream& err);

}  // namespace wherefore
