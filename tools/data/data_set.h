#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/measures/box_localisation.h"
#include "models/families.h"
#include "tasks/explanation.h"

namespace wherefore {

/// A target that has a place in the picture.
struct PlacedTarget {
  int64_t row = 0;    ///< among Explanation::targets
  std::string group;  ///< what it is counted with: "color", "relation"; of photographs the super-category, "animal"
  std::string about;  ///< what is there: of photographs the category, "dog"; of scenes the word or the answer
  at::Tensor mask;    ///< uint8 (h, w), of the size of EvaluationCase::picture: 1 on all objects that it speaks of
  std::vector<PixelBox> boxes;  ///< round each of them, in pixels of that mask; crowds have none
};

/// A target that speaks of what is not in the picture: a map does well to reject it (pointing game with recall).
struct AbsentTarget {
  int64_t row = 0;
  std::string about;
};

/// Where the targets of an explanation are, and how many have no place. What is wrong, or of nothing, is only counted.
struct TargetPlaces {
  std::vector<PlacedTarget> placed;
  std::vector<AbsentTarget> absent;
  int64_t wrong = 0;      ///< of what the model said itself: wrong words and answers, those that are absent included
  int64_t placeless = 0;  ///< right, or of unknown truth, but of no object that has a mask and is seen: "no", "and"
};

/// One thing to explain: a picture, and what the model is asked about it. What is empty is left to the model.
struct EvaluationCase {
  std::string name;      ///< "000000000785.jpg", "scene 1000000"; the question behind it, where there is one
  at::Tensor image;      ///< float32 (1, 3, H, W), preprocessed, on the host
  at::Tensor picture;    ///< uint8 (H, W, 3), RGB: what the network sees
  std::string caption;   ///< Request::text
  std::string question;  ///< Request::question
  std::vector<std::string> answers;  ///< Request::labels
  std::string answer;                ///< the true one, where it is known
  int64_t top = 1;                   ///< Request::top, or as many as there are
  bool asks_absent = false;          ///< the question, or the caption, is of something that is not there

  /// Of an explanation of this case's image, by any method, with the requests above. May be called at any time.
  std::function<TargetPlaces(const Explanation&)> places;
};

/// A data set that explanations are evaluated on: pictures of which it is known what is where.
class EvaluationSet {
 public:
  virtual ~EvaluationSet() = default;

  virtual std::string Name() const = 0;  ///< "500 held-out scenes", "coco_cc: 54 photographs"
  virtual int64_t size() const = 0;      ///< cases

  /// DigestOf() the files that say what is where, and what is asked or said; "" where there are none.
  virtual std::string Digest() const = 0;

  /// One of them: the same for the same index; made when it is asked for. Throws Error(kBadFile) for what cannot be
  /// read.
  virtual EvaluationCase At(int64_t index) const = 0;
};

struct EvaluationSetOptions {
  std::string words;  ///< path of a list of words for the categories of photographs (see CategoryWords); "": our own
  std::string question = "is there {} in the picture?";  ///< for "{}" a category is put in with its article: "a dog"
  std::string caption = "{}";                            ///< likewise: the caption that speaks of what is absent
  int64_t absent = 0;      ///< categories that are not in a photograph, and are asked for or captioned all the same
  std::uint64_t seed = 1;  ///< of their choice
  int64_t pictures = 0;    ///< most that cases come from, the first ones with a case; 0: all
  int64_t top = 1;         ///< the best classes of a classifier that are explained, or as many as it has
  bool reference_captions = false;  ///< captioners are given the data set's own captions, each a case
  /// The words of a caption that the model does not know; nothing where it cannot be given it. Empty: it knows all.
  std::function<std::optional<std::vector<std::string>>(const std::string&)> unknown_words;
};

/// Leaves out the cases behind those of the first `most` pictures; 0: none. `picture` is the key's field that says
/// which one it is of; those of one picture follow each other. Returns what a data set's name says of it behind its
/// counts: "; of these the first 25 pictures", or nothing where no case is left out.
template <typename Key>
std::string KeepFirstPictures(int64_t most, int64_t Key::*picture, std::vector<Key>* keys) {
  int64_t pictures = 0;
  for (auto key = keys->begin(); most > 0 && key != keys->end(); ++key) {
    if (key == keys->begin() || (*key).*picture != (*(key - 1)).*picture) ++pictures;
    if (pictures <= most) continue;
    keys->erase(key, keys->end());
    return "; of these the first " + (most == 1 ? "picture" : std::to_string(most) + " pictures");
  }
  return "";
}

/// SHA-1, 40 hexadecimal digits, of the contents of files in their order. Throws as ReadFile().
std::string DigestOf(const std::vector<std::string>& paths);

/// Whether a directory is one of make-scenes; "" stands for held-out scenes, which are too.
bool AreScenes(const std::string& directory);

}  // namespace wherefore
