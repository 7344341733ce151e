#include "tools/data/scene_images.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"
#include "tools/photographs/photograph.h"
#include "tools/scenes/questions.h"
#include "tools/scenes/scene_concepts.h"
#include "tools/scenes/scene_files.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

constexpr int64_t kFirstScene = 3'000'000;  // of the held-out ones
constexpr int64_t kMostScenes = 1'000'000;

std::vector<Concept> SceneConcepts() {
  std::vector<Concept> concepts;
  for (const auto attribute : kAttributes) {
    for (const auto& value : ValuesOf(attribute)) concepts.push_back({value, NameOf(attribute)});
  }
  for (const auto& place : Positions()) concepts.push_back({place, kPositionCategory});
  concepts.push_back({kBackgroundCategory, kBackgroundCategory});
  return concepts;
}

/// The masks of an image's concepts, as they come together.
class Masks {
 public:
  Masks(const std::vector<Concept>& concepts, const at::Tensor& mask) : concepts_(concepts), mask_(mask) {}

  /// `object`: by its position in the scene; its pixels are added to the concept's.
  void Add(const std::string& category, const std::string& name, std::size_t object) {
    Add(category, name, mask_ == static_cast<int64_t>(object) + 1);
  }

  void Add(const std::string& category, const std::string& name, const at::Tensor& pixels) {
    const auto found = std::find_if(concepts_.begin(), concepts_.end(), [&](const Concept& item) {
      return item.category == category && item.name == name;
    });
    const int64_t index = found - concepts_.begin();
    const auto known = std::find(indices_.begin(), indices_.end(), index);
    if (known != indices_.end()) {
      masks_[static_cast<std::size_t>(known - indices_.begin())] |= pixels;
      return;
    }
    indices_.push_back(index);
    masks_.push_back(pixels);
  }

  ImageConcepts Labels() const {
    if (indices_.empty()) return {};
    return {indices_, at::stack(masks_)};
  }

 private:
  const std::vector<Concept>& concepts_;
  at::Tensor mask_;
  std::vector<int64_t> indices_;
  std::vector<at::Tensor> masks_;
};

void AddValue(const Scene& scene, std::size_t object, Attribute attribute, Masks* masks) {
  const auto value = static_cast<std::size_t>(scene.objects[object].Of(attribute));
  masks->Add(NameOf(attribute), ValuesOf(attribute)[value], object);
}

ImageConcepts AllLabels(const Scene& scene, const std::vector<Concept>& concepts) {
  Masks masks(concepts, scene.mask);
  for (std::size_t object = 0; object < scene.objects.size(); ++object) {
    for (const auto attribute : kAttributes) AddValue(scene, object, attribute, &masks);
    for (const auto& place : PositionsOf(scene, object)) masks.Add(kPositionCategory, place, object);
  }
  masks.Add(kBackgroundCategory, kBackgroundCategory, scene.mask == 0);
  return masks.Labels();
}

/// A question for the value of one object's attribute.
struct Asked {
  Attribute attribute = Attribute::kColor;
  std::size_t object = 0;
  std::string text;
};

/// `family`: as NameOf() has it; nothing where it asks for something else than an attribute.
std::optional<Attribute> AskedFor(const std::string& family) {
  const auto* const found = std::find_if(kAttributes.begin(), kAttributes.end(),
                                         [&](Attribute attribute) { return family == NameOf(attribute); });
  return found == kAttributes.end() ? std::nullopt : std::optional<Attribute>(*found);
}

/// The first question for an attribute, if the scene has one.
std::optional<Asked> QuestionAbout(const Scene& scene) {
  Random random(SceneSeed(scene.seed, 0));
  auto questions = MakeQuestions(scene, random, 1);
  random.Shuffle(&questions);
  for (const auto& question : questions) {
    const auto attribute = AskedFor(NameOf(question.family));
    if (attribute) return Asked{*attribute, question.objects.at(0), question.Text()};
  }
  return std::nullopt;
}

/// Only what is asked for, or all.
LabeledImage Labeled(const Scene& scene, const std::optional<Asked>& asked, const std::vector<Concept>& concepts) {
  if (!asked) return {scene.picture, AllLabels(scene, concepts), ""};
  Masks masks(concepts, scene.mask);
  AddValue(scene, asked->object, asked->attribute, &masks);
  return {scene.picture, masks.Labels(), asked->text};
}

std::string NameOfSet(int64_t count, SceneLabels labels) {
  return std::to_string(count) + (labels == SceneLabels::kAll ? " scenes" : " scenes with questions");
}

class Drawn : public LabeledImages {
 public:
  Drawn(int64_t count, SceneLabels labels) : count_(count), labels_(labels), concepts_(SceneConcepts()) {}

  std::string Name() const override { return NameOfSet(count_, labels_); }
  const std::vector<Concept>& concepts() const override { return concepts_; }
  int64_t size() const override { return count_; }

  LabeledImage At(int64_t index) const override {
    // With questions: the first of a row of scenes that gives one.
    for (int64_t i = kFirstScene + index;; i += kMostScenes) {
      const auto scene = HeldOutScenes(i, 1, {}, {})[0].scene;
      if (labels_ == SceneLabels::kAll) return Labeled(scene, std::nullopt, concepts_);
      if (const auto asked = QuestionAbout(scene)) return Labeled(scene, asked, concepts_);
    }
  }

 private:
  int64_t count_;
  SceneLabels labels_;
  std::vector<Concept> concepts_;
};

/// A scene of a file, to be read when it is needed.
struct FiledScene {
  std::string picture;
  std::string mask;
  std::vector<SceneObject> objects;
  std::optional<Asked> asked;
};

class Filed : public LabeledImages {
 public:
  Filed(std::string directory, SceneLabels labels)
      : directory_(std::move(directory)), labels_(labels), concepts_(SceneConcepts()) {
    const auto file = PathIn(directory_, kScenesFile);
    const auto text = ReadFile(file);
    const auto document = ParseJson(text.data(), text.size(), file);
    const ObjectReader reader(document, file);
    reader.Exactly("format", kScenesFormat, ", the one that this version reads");
    for (const auto& scene : reader.Objects("scenes")) {
      auto read = ReadScene(scene);
      if (labels == SceneLabels::kAll || read.asked) scenes_.push_back(std::move(read));
    }
    if (scenes_.empty()) {
      ThrowBadFile(file + ": there is no scene" +
                   (labels == SceneLabels::kAll ? "" : " with a question for a color, shape, size or pattern"));
    }
  }

  std::string Name() const override { return NameOfSet(size(), labels_); }
  const std::vector<Concept>& concepts() const override { return concepts_; }
  int64_t size() const override { return static_cast<int64_t>(scenes_.size()); }

  LabeledImage At(int64_t index) const override {
    const auto& filed = scenes_.at(static_cast<std::size_t>(index));
    Scene scene;
    scene.picture = LoadPhotograph(PathIn(directory_, filed.picture)).pixels;
    // A grey picture whose channels are all the same.
    scene.mask = LoadPhotograph(PathIn(directory_, filed.mask)).pixels.select(2, 0).contiguous();
    if (scene.mask.sizes() != scene.picture.select(2, 0).sizes()) {
      ThrowBadFile("'" + PathIn(directory_, filed.mask) + "' is not of the size of its picture: make the scenes again");
    }
    scene.objects = filed.objects;
    return Labeled(scene, labels_ == SceneLabels::kAll ? std::nullopt : filed.asked, concepts_);
  }

 private:
  static FiledScene ReadScene(const ObjectReader& reader) {
    FiledScene scene;
    scene.picture = reader.FileName("picture");
    scene.mask = reader.FileName("mask");
    for (const auto& object : reader.Objects("objects")) scene.objects.push_back(ReadSceneObject(object));
    const auto last = static_cast<int64_t>(scene.objects.size()) - 1;
    for (const auto& question : reader.Objects("questions")) {
      const auto attribute = AskedFor(question.Text("family"));
      if (!attribute || scene.asked) continue;
      const auto object = question.Integers("objects", 0, last);
      if (!object.empty()) {
        scene.asked = Asked{*attribute, static_cast<std::size_t>(object[0]), question.Text("text")};
      }
    }
    return scene;
  }

  std::string directory_;
  SceneLabels labels_;
  std::vector<Concept> concepts_;
  std::vector<FiledScene> scenes_;
};

}  // namespace

std::unique_ptr<LabeledImages> OpenSceneDirectory(const std::string& directory, SceneLabels labels) {
  return std::make_unique<Filed>(directory, labels);
}

std::unique_ptr<LabeledImages> DrawnScenes(int64_t count, SceneLabels labels) {
  if (count < 1 || count > kMostScenes) {
    ThrowUsage("the scenes to draw must be 1 to " + std::to_string(kMostScenes) + ", not " + std::to_string(count));
  }
  return std::make_unique<Drawn>(count, labels);
}

}  // namespace wherefore
