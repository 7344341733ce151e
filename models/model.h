#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/decoding/beam_search.h"
#include "models/images/image_options.h"
#include "models/network.h"
#include "models/text/question_form.h"
#include "models/text/text.h"

namespace wherefore {

/// What a model can be asked: what it reads and what it says. Generative question answering is kVqa of a TextNetwork.
enum class Task {
  kClassification,  ///< image -> labels
  kCaption,         ///< image -> text
  kVqa,             ///< image and question -> labels or text
};

/// "classification", "caption", "vqa": as config.json and explanation.json spell it.
const char* NameOf(Task task);

/// NameOf() each of them.
std::vector<std::string> NamesOf(const std::vector<Task>& tasks);

/// Throws Error(kUsage), with the names that there are, for another one.
Task TaskNamed(const std::string& name);

/// "explain-image", "explain-caption", "explain-vqa": the program that asks it.
const char* ProgramOf(Task task);

/// How text becomes ids.
struct TextOptions {
  std::string type = "sentencepiece";  ///< or "words"
  std::string file = "tokenizer.model";
  bool lowercase = true;
  int64_t max_length = 24;  ///< most pieces of a question or a caption
};

/// What is known of a model beside its network.
struct ModelInfo {
  std::string directory;
  std::string name;
  std::string family;       ///< Family::name; "" of a model that was not read
  std::vector<Task> tasks;  ///< what it can be asked; at least one, the first is what it is for
  std::string layer;        ///< default layer to explain
  ImageOptions image;
  std::string method = "grad-cam";    ///< default method, a name from Methods()
  std::vector<std::string> warnings;  ///< what users must know of how it was read

  bool CanDo(Task task) const;
};

/// A model of any kind, ready to be explained: its network is a LabelNetwork or a TextNetwork.
struct Model {
  ModelInfo info;
  std::shared_ptr<Network> network;            ///< in evaluation mode, its parameters frozen
  std::shared_ptr<const Tokenizer> tokenizer;  ///< null where no text is read or written
  TextOptions text;                            ///< of the tokenizer
  QuestionForm question_form;                  ///< what stands around a question that it is asked, or a label
  /// What a model that can be asked is asked where a caption is wanted: "caption en"; "" where the form alone is read.
  std::optional<std::string> caption_question;
  std::vector<std::string> labels;  ///< of a LabelNetwork: classes or answers, one an output; a ZeroShotNetwork: none
  bool labels_are_independent = false;  ///< several may hold at once: each probability is a sigmoid, not a softmax
  DecodeOptions decoding;               ///< of a TextNetwork: how it writes

  bool CanDo(Task task) const { return info.CanDo(task); }

  /// Whether it writes captions as it is told to, so that Request::prompt takes the place of `caption_question`. The
  /// captions of others begin with the prompt.
  bool FollowsInstructions() const { return caption_question && !caption_question->empty(); }

  /// The network as one of the two kinds. Each throws Error(kUsage) where it is of the other kind.
  LabelNetwork& label_network() const;
  TextNetwork& text_network() const;
  bool writes() const;  ///< whether it is a TextNetwork

  /// The network where a request says what it chooses among; null where it has labels of its own, or writes.
  ZeroShotNetwork* zero_shot_network() const;

  /// How images must be handed to it: on the device of its weights, in the dtype that it computes in.
  at::TensorOptions image_options() const;

  /// Whether its weights are of a dtype that LibTorch has no kernels for on their device: HalfInFloat32 must live then
  /// while the network runs. Explain() and what is below it see to that.
  bool NeedsHalfInFloat32() const;
};

/// One pass over images (N, 3, H, W) for the sake of the layers that it announces: of a network that writes as far as
/// it encodes. `question`: ids that a model is asked which answers questions; ignored by others.
void AnnounceLayers(const Model& model, const at::Tensor& images, const std::vector<int64_t>& question, Tape& tape);

/// Throws Error(kUsage), with the program to use instead, where `task` is none of those of the model in the directory.
void RequireTask(const std::string& directory, const std::vector<Task>& tasks, Task task);

}  // namespace wherefore
