#include "tools/data/coco_set.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/text/text.h"
#include "tools/data/coco.h"
#include "tools/data/coco_captions.h"
#include "tools/data/coco_questions.h"
#include "tools/data/coco_words.h"
#include "tools/data/reference_captions.h"
#include "tools/data/seen_mask.h"
#include "tools/photographs/photograph.h"
#include "tools/scenes/noun_phrase.h"
#include "tools/scenes/random.h"
#include "tools/scenes/scene.h"

namespace wherefore {
namespace {

constexpr const char* kYes = "yes";
constexpr const char* kSlot = "{}";

/// What a photograph shows of a category, at the size of the network's input; no pixel where that does not see it.
struct SeenCategory {
  std::string group;
  at::Tensor mask;
  std::vector<PixelBox> boxes;
};

using SeenCategories = std::map<std::string, SeenCategory>;

/// What the cases of a data set need when they are told where things are.
struct Vocabulary {
  CategoryWords words;
  std::set<std::string> categories;  ///< of the data set

  /// As CategoriesOf(), of the data set's categories only.
  std::vector<std::string> Of(const std::vector<std::string>& texts) const {
    auto found = words.CategoriesOf(texts);
    for (auto& category : found) category = Known(category);
    return found;
  }

  std::string Known(const std::string& category) const { return categories.count(category) > 0 ? category : ""; }
};

/// "a dog"; of what is not counted the name alone.
std::string WithArticle(const std::string& category) {
  static const std::set<std::string> kBare = {"skis", "scissors", "broccoli"};
  return kBare.count(category) > 0 ? category : ArticleBefore(category) + " " + category;
}

std::string Filled(std::string pattern, const std::string& category) {
  return pattern.replace(pattern.find(kSlot), 2, WithArticle(category));
}

/// Answers that mean the same are the same: VQA's are "2", a model's may be "two".
std::string Canonical(const std::string& answer) {
  static const std::array<const char*, 11> kNumbers = {"zero", "one",   "two",   "three", "four", "five",
                                                       "six",  "seven", "eight", "nine",  "ten"};
  const auto lower = LowerCaseUtf8(answer);
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    if (lower == std::to_string(i)) return kNumbers[i];
  }
  return lower;
}

/// A target that speaks of these categories, each named once.
void Place(int64_t row, const std::vector<std::string>& names, const SeenCategories& seen, TargetPlaces* places) {
  PlacedTarget target;
  target.row = row;
  bool is_absent = false;
  for (const auto& name : names) {
    target.about += (target.about.empty() ? "" : ", ") + name;
    const auto found = seen.find(name);
    if (found == seen.end()) {
      is_absent = true;
      continue;
    }
    const auto& category = found->second;
    target.mask = target.mask.defined() ? target.mask.maximum(category.mask) : category.mask;
    target.boxes.insert(target.boxes.end(), category.boxes.begin(), category.boxes.end());
    if (target.group.empty()) target.group = category.group;
  }
  if (is_absent) {
    ++places->wrong;
    places->absent.push_back({row, target.about});
  } else if (names.empty() || !target.mask.any().item<bool>()) {
    ++places->placeless;
  } else {
    places->placed.push_back(std::move(target));
  }
}

std::vector<std::string> OneOrNone(const std::string& name) {
  return name.empty() ? std::vector<std::string>() : std::vector<std::string>{name};
}

/// `is_true`: of a caption by somebody who saw the photograph, so that what is not annotated may be there.
TargetPlaces PlacesOfWords(const SeenCategories& seen, const Vocabulary& vocabulary, bool is_true,
                           const Explanation& explanation) {
  TargetPlaces places;
  auto categories = vocabulary.Of(explanation.written().words);
  for (std::size_t i = 0; i < categories.size(); ++i) {
    if (is_true && seen.count(categories[i]) == 0) categories[i].clear();
    Place(static_cast<int64_t>(i), OneOrNone(categories[i]), seen, &places);
  }
  return places;
}

/// Of a caption that was given since it speaks of what is not there.
TargetPlaces PlacesOfAbsent(const std::string& category, const Vocabulary& vocabulary, const Explanation& explanation) {
  TargetPlaces places;
  const auto categories = vocabulary.Of(explanation.written().words);
  for (std::size_t i = 0; i < categories.size(); ++i) {
    if (categories[i] == category) places.absent.push_back({static_cast<int64_t>(i), category});
  }
  return places;
}

TargetPlaces PlacesOfClasses(const SeenCategories& seen, const Vocabulary& vocabulary, const Explanation& explanation) {
  TargetPlaces places;
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const auto category = vocabulary.Known(vocabulary.words.CategoryOfLabel(TextOf(explanation.targets[t])));
    Place(static_cast<int64_t>(t), OneOrNone(category), seen, &places);
  }
  return places;
}

/// Whether something is there was asked, which it is: of what it is not, the answer "yes" is absent.
TargetPlaces PlacesOfYes(const SeenCategories& seen, const std::string& category, const Explanation& explanation) {
  TargetPlaces places;
  const bool says_yes = Canonical(explanation.predictions().at(0).label) == kYes;
  const bool is_there = seen.count(category) > 0;
  if (is_there && says_yes) {
    Place(0, {category}, seen, &places);
    return places;
  }
  ++(is_there || says_yes ? places.wrong : places.placeless);
  for (std::size_t t = 0; t < explanation.targets.size() && !is_there; ++t) {
    if (Canonical(TextOf(explanation.targets[t])) != kYes) continue;
    places.absent.push_back({static_cast<int64_t>(t), category});
  }
  return places;
}

/// The categories that words name, each once.
std::vector<std::string> NamedIn(const std::string& text, const Vocabulary& vocabulary) {
  std::vector<std::string> named;
  for (const auto& category : vocabulary.Of(WordsOf(text))) {
    const bool is_new = std::find(named.begin(), named.end(), category) == named.end();
    if (!category.empty() && is_new) named.push_back(category);
  }
  return named;
}

TargetPlaces PlacesOfAnswer(const SeenCategories& seen, const Vocabulary& vocabulary, const std::string& question,
                            const std::string& truth, const Explanation& explanation) {
  TargetPlaces places;
  const auto answer = Canonical(explanation.predictions().at(0).label);
  if (!truth.empty() && answer != Canonical(truth)) {
    ++places.wrong;
    return places;
  }
  if (answer == "no" || answer == "zero" || answer == "none") {
    ++places.placeless;
    return places;
  }
  auto named = NamedIn(answer, vocabulary);
  if (named.empty()) {
    // What a question only supposes may not be there, and the answer be right all the same: "no dog".
    for (auto& category : NamedIn(question, vocabulary)) {
      if (seen.count(category) > 0) named.push_back(std::move(category));
    }
  }
  Place(0, named, seen, &places);
  return places;
}

/// What a case is about.
struct CaseKey {
  int64_t picture = 0;
  /// That is asked about; "" of questions.json, of classifiers, and of captions of what is there.
  std::string category;
  bool is_absent = false;
  std::string text;  ///< the question of questions.json, or the caption that people wrote
  std::string answer;
};

class CocoSet : public EvaluationSet {
 public:
  CocoSet(const std::string& directory, const ModelInfo& model, EvaluationSetOptions options)
      : directory_(ReadCocoDirectory(directory, "evaluated")),
        task_(model.tasks.front()),
        image_(model.image),
        options_(std::move(options)),
        captions_(model, options_),
        files_({directory_.annotations}) {
    Check();
    ReadWords();
    ListPresent();
    const auto questions = (std::filesystem::path(directory) / kQuestionsFile).string();
    std::error_code error;
    if (task_ == Task::kVqa && std::filesystem::exists(questions, error)) {
      files_.push_back(questions);
      ListQuestions(questions);
    } else {
      ListCases();
    }
    name_ = directory_.name + ": " + directory_.Counts() + CaseCounts();
    name_ += KeepFirstPictures(options_.pictures, &CaseKey::picture, &keys_);
  }

  std::string Name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(keys_.size()); }
  std::string Digest() const override { return DigestOf(files_); }

  EvaluationCase At(int64_t index) const override {
    const auto& key = keys_.at(static_cast<std::size_t>(index));
    const auto stored = LoadCocoPicture(directory_, key.picture);
    EvaluationCase made;
    made.name = directory_.file.pictures[static_cast<std::size_t>(key.picture)].file;
    Photograph photograph;
    photograph.path = made.name;
    photograph.pixels = stored.pixels;
    made.image = Preprocess(photograph, image_);
    made.picture = SeenPicture(made.image, image_);
    made.asks_absent = key.is_absent;
    const auto seen = std::make_shared<const SeenCategories>(Seen(stored, key.picture));
    if (task_ == Task::kVqa) {
      Ask(key, seen, &made);
    } else if (task_ == Task::kCaption) {
      Caption(key, seen, &made);
    } else {
      made.top = options_.top;
      made.places = [seen, vocabulary = vocabulary_](const Explanation& explanation) {
        return PlacesOfClasses(*seen, *vocabulary, explanation);
      };
    }
    return made;
  }

 private:
  std::string CaseCounts() const {
    if (task_ != Task::kVqa) return captions_.Counts();
    return ", " + std::to_string(size()) + (size() == 1 ? " question" : " questions");
  }

  void Check() const {
    if (options_.absent < 0) ThrowUsage("absent categories must be 0 or more, not " + std::to_string(options_.absent));
    if (options_.top < 1) ThrowUsage("the best classes must be 1 or more, not " + std::to_string(options_.top));
    for (const auto& pattern : {options_.question, options_.caption}) {
      if (pattern.find(kSlot) == std::string::npos) {
        ThrowUsage("'" + pattern + "' has no {} where a category is to be put in");
      }
    }
  }

  /// In lower case, as CategoryWords has them.
  std::string CategoryName(int32_t category) const {
    return LowerCaseUtf8(directory_.file.categories[static_cast<std::size_t>(category)].name);
  }

  void ReadWords() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < directory_.file.categories.size(); ++i) {
      names.push_back(CategoryName(static_cast<int32_t>(i)));
    }
    auto words = options_.words.empty() ? CategoryWords::OfCoco()
                                        : CategoryWords(ReadFile(options_.words), options_.words, names);
    words.AddNames(names);
    vocabulary_ = std::make_shared<const Vocabulary>(Vocabulary{std::move(words), {names.begin(), names.end()}});
  }

  void ListPresent() {
    present_.resize(directory_.file.pictures.size());
    for (const auto& region : directory_.file.regions) {
      present_[static_cast<std::size_t>(region.picture)].insert(CategoryName(region.category));
    }
  }

  void ListCases() {
    const auto captions = captions_.are_asked_for() ? TakeCaptions() : std::vector<std::vector<std::string>>();
    for (std::size_t i = 0; i < present_.size(); ++i) {
      const auto picture = static_cast<int64_t>(i);
      if (task_ == Task::kVqa) {
        for (const auto& category : present_[i]) keys_.push_back({picture, category, false, "", ""});
      } else if (captions_.are_asked_for()) {
        for (const auto& caption : captions[i]) keys_.push_back({picture, "", false, caption, ""});
      } else {
        keys_.push_back({picture, "", false, "", ""});
      }
      if (task_ == Task::kClassification) continue;  // whose wrong classes are absent
      for (const auto& category : AbsentFrom(i)) keys_.push_back({picture, category, true, "", ""});
    }
  }

  /// Of each photograph.
  std::vector<std::vector<std::string>> TakeCaptions() {
    std::vector<std::vector<std::string>> taken(present_.size());
    const auto read = ReadCocoCaptions(directory_.annotations);
    if (read.file != directory_.annotations) files_.push_back(read.file);
    const auto pictures = PicturesById();
    for (const auto& caption : read.captions) {
      const auto found = pictures.find(caption.image_id);
      if (found == pictures.end()) continue;  // of a photograph that was left out
      const auto text = captions_.Take(caption.text);
      if (!text.empty()) taken[static_cast<std::size_t>(found->second)].push_back(text);
    }
    captions_.CheckTaken("'" + directory_.name + "'");
    return taken;
  }

  std::unordered_map<int64_t, int64_t> PicturesById() const {
    std::unordered_map<int64_t, int64_t> pictures;
    for (const auto& picture : directory_.file.pictures) {
      pictures.emplace(picture.id, static_cast<int64_t>(pictures.size()));
    }
    return pictures;
  }

  /// The same for the same photograph, whatever others are there.
  std::vector<std::string> AbsentFrom(std::size_t picture) const {
    std::vector<std::string> absent;
    std::set_difference(vocabulary_->categories.begin(), vocabulary_->categories.end(), present_[picture].begin(),
                        present_[picture].end(), std::back_inserter(absent));
    Random random(SceneSeed(options_.seed, static_cast<std::uint64_t>(directory_.file.pictures[picture].id)));
    random.Shuffle(&absent);
    const auto is_unspoken = [&](const std::string& category) { return !vocabulary_->words.AreMetByNameOf(category); };
    absent.erase(std::remove_if(absent.begin(), absent.end(), is_unspoken), absent.end());
    absent.resize(std::min(absent.size(), static_cast<std::size_t>(options_.absent)));
    return absent;
  }

  void ListQuestions(const std::string& path) {
    const auto pictures = PicturesById();
    for (auto& question : ReadCocoQuestions(path)) {
      const auto found = pictures.find(question.image_id);
      if (found == pictures.end()) continue;  // VQA asks about all of COCO; here may be a part
      keys_.push_back({found->second, "", false, std::move(question.text), std::move(question.answer)});
    }
    if (keys_.empty()) {
      ThrowBadFile(path + ": none of its questions is about one of the " + directory_.Counts() +
                   ": are the image_id of this data set?");
    }
    // Pictures are counted by where one case's differs from the case's before.
    std::stable_sort(keys_.begin(), keys_.end(),
                     [](const CaseKey& a, const CaseKey& b) { return a.picture < b.picture; });
  }

  void Ask(const CaseKey& key, std::shared_ptr<const SeenCategories> seen, EvaluationCase* made) const {
    if (key.category.empty()) {
      made->question = key.text;
      made->answer = key.answer;
      made->places = [seen = std::move(seen), vocabulary = vocabulary_, key](const Explanation& explanation) {
        return PlacesOfAnswer(*seen, *vocabulary, key.text, key.answer, explanation);
      };
    } else {
      made->question = Filled(options_.question, key.category);
      made->answer = key.is_absent ? "no" : kYes;
      if (key.is_absent) made->answers = {kYes};
      made->places = [seen = std::move(seen), category = key.category](const Explanation& explanation) {
        return PlacesOfYes(*seen, category, explanation);
      };
    }
    made->name += ": " + made->question;
  }

  void Caption(const CaseKey& key, std::shared_ptr<const SeenCategories> seen, EvaluationCase* made) const {
    if (!key.is_absent) {
      const bool is_given = !key.text.empty();
      made->places = [seen = std::move(seen), vocabulary = vocabulary_, is_given](const Explanation& explanation) {
        return PlacesOfWords(*seen, *vocabulary, is_given, explanation);
      };
      if (!is_given) return;
      made->caption = key.text;
      made->name += ": " + key.text;
      made->places = captions_.OfKnownWords(key.text, std::move(made->places));
      return;
    }
    made->caption = Filled(options_.caption, key.category);
    made->name += ": " + made->caption;
    made->places = [category = key.category, vocabulary = vocabulary_](const Explanation& explanation) {
      return PlacesOfAbsent(category, *vocabulary, explanation);
    };
  }

  SeenCategories Seen(const StoredPhotograph& photograph, int64_t picture) const {
    const auto& file = directory_.file;
    std::map<int64_t, const CocoRegion*> objects;  // by the key of CocoMasks()
    const auto masks = CocoMasks(file, picture, [&](const CocoRegion& region) {
      objects[region.object] = &region;
      return region.object;
    });
    SeenCategories seen;
    for (const auto& [object, region] : objects) AddCategory(region->category, &seen);
    const auto upright = Label(photograph, masks).labels;  // without objects that have no pixel
    std::map<std::string, at::Tensor> whole;
    for (std::size_t i = 0; i < upright.concepts.size(); ++i) {
      const auto mask = upright.masks[static_cast<int64_t>(i)];
      const auto& region = *objects.at(upright.concepts[i]);
      const auto name = CategoryName(region.category);
      auto& all = whole[name];
      all = all.defined() ? all.logical_or(mask) : mask;
      const auto seen_mask = SeenMask(mask, image_);
      if (!region.is_crowd && seen_mask.any().item<bool>()) seen[name].boxes.push_back(BoxAround(seen_mask));
    }
    for (const auto& [name, mask] : whole) seen[name].mask = SeenMask(mask, image_);
    return seen;
  }

  void AddCategory(int32_t category, SeenCategories* seen) const {
    auto& added = (*seen)[CategoryName(category)];
    const auto& super = directory_.file.categories[static_cast<std::size_t>(category)].super_category;
    added.group = super.empty() ? "object" : super;
    added.mask = at::zeros({image_.height, image_.width}, at::kByte);
  }

  CocoDirectory directory_;
  Task task_;
  ImageOptions image_;
  EvaluationSetOptions options_;
  ReferenceCaptions captions_;
  std::vector<std::string> files_;  ///< that were read
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::vector<std::set<std::string>> present_;  ///< categories of each picture
  std::vector<CaseKey> keys_;
  std::string name_;
};

}  // namespace

std::unique_ptr<EvaluationSet> OpenCocoSet(const std::string& directory, const ModelInfo& model,
                                           const EvaluationSetOptions& options) {
  return std::make_unique<CocoSet>(directory, model, options);
}

}  // namespace wherefore
