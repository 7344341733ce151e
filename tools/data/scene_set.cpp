#include "tools/data/scene_set.h"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"
#include "tools/data/reference_captions.h"
#include "tools/data/seen_mask.h"
#include "tools/photographs/photograph.h"
#include "tools/scenes/captions.h"
#include "tools/scenes/questions.h"
#include "tools/scenes/scene_files.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

constexpr std::uint64_t kEvaluationQuestionSeed = 0x4576616c75617465;

using Objects = std::vector<std::size_t>;

/// A question as it is asked.
struct Asked {
  std::string family;
  std::string text;
  std::string answer;
  Objects objects;  ///< that decide the answer
};

/// What the cases of a scene need when they are told where things are.
struct SeenScene {
  Scene scene;
  ImageOptions image;
};

/// The mask of what the network sees, in the picture's own size where nothing of that is cut off.
at::Tensor MaskOf(const at::Tensor& pixels, const ImageOptions& image) {
  return image.resize == "center_crop" ? SeenMask(pixels, image) : pixels.to(at::kByte);
}

void Place(const SeenScene& seen, int64_t row, const std::string& group, const std::string& about,
           const Objects& objects, TargetPlaces* places) {
  PlacedTarget target{row, group, about, at::Tensor(), {}};
  auto all = at::zeros_like(seen.scene.mask);
  for (const auto object : objects) {
    const auto pixels = seen.scene.mask == static_cast<int64_t>(object) + 1;
    all.masked_fill_(pixels, 1);
    const auto mask = MaskOf(pixels, seen.image);
    if (mask.any().item<bool>()) target.boxes.push_back(BoxAround(mask));
  }
  if (target.boxes.empty()) {
    ++places->placeless;
    return;
  }
  target.mask = MaskOf(all, seen.image);
  places->placed.push_back(std::move(target));
}

std::string GroupOf(const CaptionWord& word) {
  if (word.part == WordPart::kAdjective && word.attribute) return NameOf(*word.attribute);
  return NameOf(word.part);
}

TargetPlaces PlacesOfWords(const SeenScene& seen, const Explanation& explanation) {
  TargetPlaces places;
  const auto verdict = CheckCaption(explanation.written().words, seen.scene);
  for (std::size_t i = 0; i < verdict.words.size(); ++i) {
    const auto& word = verdict.words[i];
    if (word.part == WordPart::kOther) {
      ++places.placeless;
    } else if (word.objects.empty()) {
      ++places.wrong;
    } else {
      Place(seen, static_cast<int64_t>(i), GroupOf(word), word.text, word.objects, &places);
    }
  }
  return places;
}

TargetPlaces PlacesOfAnswer(const SeenScene& seen, const Asked& asked, const Explanation& explanation) {
  TargetPlaces places;
  if (explanation.predictions().at(0).label != asked.answer) {
    ++places.wrong;
  } else if (asked.objects.empty()) {
    ++places.placeless;
  } else {
    Place(seen, 0, asked.family, asked.answer, asked.objects, &places);
  }
  return places;
}

/// Which question of which scene a case is; of a captioner the scene alone, or with the caption that it is given.
struct CaseKey {
  int64_t scene = 0;
  Asked asked;
  std::string caption;
};

EvaluationCase CaseOf(std::string name, Scene scene, const ImageOptions& options, const CaseKey& key,
                      const ReferenceCaptions& captions) {
  EvaluationCase made;
  made.name = std::move(name);
  Photograph photograph;
  photograph.pixels = scene.picture;
  made.image = Preprocess(photograph, options);
  made.picture = options.resize == "center_crop" ? SeenPicture(made.image, options) : scene.picture;
  const auto seen = std::make_shared<const SeenScene>(SeenScene{std::move(scene), options});
  if (key.asked.text.empty()) {
    made.places = [seen](const Explanation& explanation) { return PlacesOfWords(*seen, explanation); };
    if (key.caption.empty()) return made;
    made.caption = key.caption;
    made.name += ": " + key.caption;
    made.places = captions.OfKnownWords(key.caption, std::move(made.places));
    return made;
  }
  made.name += ": " + key.asked.text;
  made.question = key.asked.text;
  made.answer = key.asked.answer;
  made.places = [seen, question = key.asked](const Explanation& explanation) {
    return PlacesOfAnswer(*seen, question, explanation);
  };
  return made;
}

bool AsksQuestions(const ModelInfo& model) {
  if (model.CanDo(Task::kVqa)) return true;
  if (model.CanDo(Task::kCaption)) return false;
  ThrowUsage("'" + model.name + "' is a model for " + NameOf(model.tasks.front()) +
             ", but of scenes only captions and answers can be judged: give a captioner or a VQA model");
}

std::vector<Asked> QuestionsOf(const Scene& scene) {
  Random random(scene.seed ^ kEvaluationQuestionSeed);
  std::vector<Asked> all;
  for (const auto& question : MakeQuestions(scene, random, 1)) {
    all.push_back({NameOf(question.family), question.Text(), question.answer, question.objects});
  }
  return all;
}

class HeldOut : public EvaluationSet {
 public:
  HeldOut(const ModelInfo& model, int64_t first, int64_t count, const EvaluationSetOptions& options)
      : image_(model.image), asks_(AsksQuestions(model)), captions_(model, options), count_(count) {
    if (count < 1) ThrowUsage("the held-out scenes must be 1 or more, not " + std::to_string(count));
    for (int64_t i = first; i < first + count; ++i) {
      if (!asks_ && !captions_.are_asked_for()) {
        keys_.push_back({i, {}, ""});
        continue;
      }
      const auto scene = HeldOutScenes(i, 1, {}, image_)[0].scene;
      if (asks_) {
        for (auto& question : QuestionsOf(scene)) keys_.push_back({i, std::move(question), ""});
      } else if (auto caption = captions_.Take(CaptionOf(scene).Text()); !caption.empty()) {
        keys_.push_back({i, {}, std::move(caption)});
      }
    }
    captions_.CheckTaken("the held-out scenes");
  }

  std::string Name() const override {
    return std::to_string(count_) + (count_ == 1 ? " held-out scene" : " held-out scenes") + captions_.Counts();
  }
  int64_t size() const override { return static_cast<int64_t>(keys_.size()); }
  std::string Digest() const override { return ""; }

  EvaluationCase At(int64_t index) const override {
    const auto& key = keys_.at(static_cast<std::size_t>(index));
    auto made = HeldOutScenes(key.scene, 1, {}, image_);
    return CaseOf("scene " + std::to_string(key.scene), std::move(made[0].scene), image_, key, captions_);
  }

 private:
  ImageOptions image_;
  bool asks_;
  ReferenceCaptions captions_;
  int64_t count_;
  std::vector<CaseKey> keys_;
};

/// A scene of a file, to be read when it is needed.
struct FiledScene {
  std::string picture;
  std::string mask;
  Scene scene;  ///< without both
};

/// `value`: the scene that `reader` reads.
std::vector<std::pair<std::size_t, std::size_t>> ReadOcclusions(const JsonValue& value, const ObjectReader& reader,
                                                                const std::string& file, std::size_t objects) {
  const std::string wanted = "an array of pairs of positions in 'objects', the front one first";
  const auto* found = value.Find("occlusions");
  if (found == nullptr) ThrowBadFile(file + ": a scene has no key 'occlusions', " + wanted + ": make the scenes again");
  if (found->kind != JsonValue::Kind::kArray) reader.Refuse("occlusions", wanted);
  const auto is_position = [&](const JsonValue& item) {
    return item.kind == JsonValue::Kind::kInteger && item.integer >= 0 && item.integer < static_cast<int64_t>(objects);
  };
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const auto& pair : found->items) {
    if (pair.items.size() != 2 || !std::all_of(pair.items.begin(), pair.items.end(), is_position)) {
      reader.Refuse("occlusions", wanted);
    }
    pairs.emplace_back(pair.items[0].integer, pair.items[1].integer);
  }
  return pairs;
}

Asked ReadQuestion(const ObjectReader& reader, int64_t objects) {
  Asked asked{reader.Text("family"), reader.Text("text"), reader.Text("answer"), {}};
  for (const auto object : reader.Integers("objects", 0, objects - 1)) {
    asked.objects.push_back(static_cast<std::size_t>(object));
  }
  return asked;
}

class Filed : public EvaluationSet {
 public:
  Filed(std::string directory, const ModelInfo& model, const EvaluationSetOptions& options)
      : directory_(std::move(directory)), image_(model.image), asks_(AsksQuestions(model)), captions_(model, options) {
    const auto file = PathIn(directory_, kScenesFile);
    const auto text = ReadFile(file);
    const auto document = ParseJson(text.data(), text.size(), file);
    const ObjectReader reader(document, file);
    reader.Exactly("format", kScenesFormat, ", the one that this version reads");
    const auto scenes = reader.Objects("scenes");
    for (std::size_t i = 0; i < scenes.size(); ++i) Read(document.Find("scenes")->items[i], scenes[i], file);
    if (scenes_.empty()) ThrowBadFile(file + ": there is no scene");
    captions_.CheckTaken("'" + file + "'");
    if (keys_.empty()) ThrowBadFile(file + ": there is no question; make scenes with --questions 1 or more");
    name_ = std::to_string(scenes_.size()) + (scenes_.size() == 1 ? " scene" : " scenes") + " of '" + directory_ + "'" +
            captions_.Counts();
    name_ += KeepFirstPictures(options.pictures, &CaseKey::scene, &keys_);
  }

  std::string Name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(keys_.size()); }
  std::string Digest() const override { return DigestOf({PathIn(directory_, kScenesFile)}); }

  EvaluationCase At(int64_t index) const override {
    const auto& key = keys_.at(static_cast<std::size_t>(index));
    const auto& filed = scenes_[static_cast<std::size_t>(key.scene)];
    auto scene = filed.scene;
    scene.picture = LoadPhotograph(PathIn(directory_, filed.picture)).pixels;
    // A grey picture whose channels are all the same.
    scene.mask = LoadPhotograph(PathIn(directory_, filed.mask)).pixels.select(2, 0).contiguous();
    if (scene.mask.sizes() != scene.picture.select(2, 0).sizes()) {
      ThrowBadFile("'" + PathIn(directory_, filed.mask) + "' is not of the size of its picture: make the scenes again");
    }
    return CaseOf(filed.picture, std::move(scene), image_, key, captions_);
  }

 private:
  void Read(const JsonValue& value, const ObjectReader& reader, const std::string& file) {
    FiledScene filed{reader.FileName("picture"), reader.FileName("mask"), {}};
    for (const auto& object : reader.Objects("objects")) filed.scene.objects.push_back(ReadSceneObject(object));
    const auto objects = filed.scene.objects.size();
    filed.scene.occlusions = ReadOcclusions(value, reader, file, objects);
    const auto index = static_cast<int64_t>(scenes_.size());
    scenes_.push_back(std::move(filed));
    if (asks_) {
      for (const auto& question : reader.Objects("questions")) {
        keys_.push_back({index, ReadQuestion(question, static_cast<int64_t>(objects)), ""});
      }
    } else if (captions_.are_asked_for()) {
      for (const auto& caption : reader.Objects("captions")) {
        auto text = captions_.Take(caption.Text("text"));
        if (!text.empty()) keys_.push_back({index, {}, std::move(text)});
      }
    } else {
      keys_.push_back({index, {}, ""});
    }
  }

  std::string directory_;
  ImageOptions image_;
  bool asks_;
  ReferenceCaptions captions_;
  std::string name_;
  std::vector<FiledScene> scenes_;
  std::vector<CaseKey> keys_;
};

}  // namespace

std::unique_ptr<EvaluationSet> HeldOutSceneSet(const ModelInfo& model, int64_t first, int64_t count,
                                               const EvaluationSetOptions& options) {
  return std::make_unique<HeldOut>(model, first, count, options);
}

std::unique_ptr<EvaluationSet> OpenSceneSet(const std::string& directory, const ModelInfo& model,
                                            const EvaluationSetOptions& options) {
  return std::make_unique<Filed>(directory, model, options);
}

}  // namespace wherefore
