#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"
#include "models/families.h"
#include "tasks/explanation.h"

namespace wherefore {

// Images with noise that nobody sees and that makes a model wrong, to find out whether the maps of what is there still
// find it (Selvaraju et al. 2020, robustness to adversarial noise). By projected gradient descent (Madry et al. 2018)
// within a box: no value of a pixel changes by more than epsilon. Networks stay as they are.

struct NoiseOptions {
  double epsilon = 8;      ///< most that a pixel's value may change, in units of 1/255; may be no whole number
  double step_size = 2;    ///< by which every value changes in a step, in units of 1/255
  int64_t steps = 40;      ///< at most
  int64_t seed = 1;        ///< of the random start within the box
  double enough = 0.9999;  ///< of models that choose among labels: stop where a wrong one has a probability above it

  /// Throws Error(kUsage) for values out of their range.
  void Check() const;
};

struct NoisyImage {
  /// (1, C, H, W), as the network takes it: within epsilon of the image and of values that pixels can have, which are
  /// not rounded to whole 1/255. Where it never was enough, the one of the highest objective.
  at::Tensor image;
  std::vector<double> objective;  ///< of the random start, then after each step that was taken
  bool was_enough = false;        ///< ended by `is_enough`, not for want of steps or of a gradient
};

/// What noise is to raise: one number for an image (1, C, H, W) that passes through tape.At(kImageLayer), which it is
/// differentiated by.
using NoiseObjective = std::function<at::Tensor(const at::Tensor& image, Tape& tape)>;

/// Whether noise has done its work. Asked of each image right after the objective.
using IsEnough = std::function<bool(const at::Tensor& image)>;

/// `prepared` says what the image's values (1, C, H, W) stand for: (pixel / 255 - mean) / std. `is_enough` may be
/// empty. An objective that does not depend on the image leaves it at the random start. Throws Error(kUsage): options
/// out of their range, an image of values that no pixel has with `prepared`, an objective that is not one finite
/// number, or one that never passes the image through the tape.
NoisyImage AddNoise(const at::Tensor& image, const ImageOptions& prepared, const NoiseObjective& objective,
                    const IsEnough& is_enough, const NoiseOptions& options = {});

struct LabelNoiseRequest {
  std::string right;  ///< the class or answer that the model is to miss; "": the one that it gives
  std::string wrong;  ///< the one that it is to give instead; "": any other
  NoiseOptions noise;
};

struct LabelNoise {
  NoisyImage noisy;
  int64_t right = -1;  ///< class or answer
  Prediction before;   ///< the model's best for the image
  Prediction after;    ///< for the noisy one
  /// `after` is not the right one; where one was wanted instead, it is that. So it may be without any noise where
  /// `before` is.
  bool is_fooled = false;
};

/// Makes a model that chooses among labels wrong: raises the log-odds of the class or answer that is wanted, else of
/// the likeliest but the right one: log p / (1 - p). While the right class leads, that is about the best other logit
/// less the right one's; unlike that, it does not stop to rise where the right class has fallen behind and several
/// others share the probability. `image`: (1, 3, H, W), preprocessed as model.info.image says, on the model's device.
/// `question`: "" for a classifier. Throws Error(kUsage) as AddNoise() does; for names that the model does not have, or
/// the same one twice; for a model of one class; for a question that is empty or of unknown words only where one is
/// needed.
LabelNoise FoolLabels(const Model& model, const at::Tensor& image, const std::string& question,
                      const LabelNoiseRequest& request = {});

struct CaptionNoiseRequest {
  std::string word;  ///< of the model's caption, that it is to lose; "": the whole caption is to be another
  int64_t beam = 0;  ///< captions kept while searching, 1 is greedy; 0: the model's own
  NoiseOptions noise;
};

struct CaptionNoise {
  NoisyImage noisy;
  std::vector<std::string> before;  ///< words of the model's caption of the image
  std::vector<std::string> after;   ///< of the noisy one
  bool is_fooled = false;           ///< `after` lacks the word, or is another caption
};

/// Lowers log p of the caption that the model gives for the image until it gives another, and that one's probability is
/// below 1 - enough; or log p of a word, wherever its caption of the moment says it (summed over the places: log of the
/// sum of p), until the caption no longer does. `image` as above. Throws Error(kUsage) as AddNoise() does;
/// Error(kNothingToExplain) where the model's caption is empty or lacks the word.
CaptionNoise FoolCaptioner(const Model& model, const at::Tensor& image, const CaptionNoiseRequest& request = {});

}  // namespace wherefore
