#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/maps.h"
#include "explain/methods/method_options.h"

namespace wherefore {

/// By which method, at which layer, and what is kept of it.
struct HowToExplain {
  std::string layer;                               ///< "": the model's own default
  std::string method;                              ///< a name from Methods(); "": the model's own default
  Upsampling upsampling = Upsampling::kHalfPixel;  ///< of the layer's map in Guided Grad-CAM
  int64_t channels = 5;                            ///< how many of the highest and of the lowest channels to list
  /// The layer whose channels' importance is kept, at the cost of taking the same backward pass on to it; "": the one
  /// that is explained.
  std::string neuron_layer;
  /// Also measures Explanation::ablation: all that follows the layer once a channel.
  bool ablate_channels = false;
  MethodOptions method_options;
  int64_t memory_bound = int64_t{1} << 30;  ///< bytes; see ExplainerOptions and MethodOptions
};

/// What is asked of a model about an image, and how it is to be explained.
struct Request : HowToExplain {
  std::string question;  ///< asked about the image; "": nothing is asked
  /// The image of a photograph as large, each of whose pixels is 128, prepared as the photograph is: tells what came
  /// from the picture, ExplainedTarget::from_picture, at the cost of one more pass. Undefined: that is not asked.
  at::Tensor grey;

  // Of a model that chooses among labels.
  std::vector<std::string> choices;  ///< what a model that has no labels of its own chooses among: "a photo of a cat"
  /// Classes or answers to explain: an index ("281"), a label, or one of a label's synonyms ("tabby" of "tabby, tabby
  /// cat"); empty: the best `top`.
  std::vector<std::string> labels;
  std::vector<int64_t> indices;  ///< labels to explain beside those, by index whatever they are called
  int64_t top = 1;               ///< how many of the best labels to explain where none is named
  /// Explain each label against this one: the difference of the two logits. Of a text: the word, or without one the
  /// whole, rather than these words in its place.
  std::string versus;

  // Of a model that writes text.
  std::string text;  ///< explain this text; "": the model's own
  /// The model's own text, where it is known: its pieces, as WrittenText::ids has them. Not found anew then, and not
  /// cut from its text, which can give other pieces.
  std::vector<int64_t> ids;
  /// How the model's own text must go on from Model::decoding.forced; "": as it likes. A model that follows
  /// instructions (Model::FollowsInstructions()) is told it, also where `text` is given.
  std::string prompt;
  int64_t word = 0;                  ///< explain this word of the text alone, 1 is the first; 0: all, and the whole
  std::vector<std::string> phrases;  ///< parts of the text to explain beside each word and the whole: "a small child"
  int64_t alternatives = 0;  ///< how many to list of what might have stood in each word's place; costs one more reading
  int64_t beam = 0;          ///< texts kept while searching, 1 is greedy; 0: the model's own, Model::decoding.beam
};

}  // namespace wherefore
