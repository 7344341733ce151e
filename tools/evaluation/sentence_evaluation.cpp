#include "tools/evaluation/sentence_evaluation.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <ostream>
#include <set>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "explain/tape.h"
#include "models/decoding/text_scores.h"
#include "neurons/concept_ranking.h"
#include "tasks/explain.h"
#include "tools/command_line/progress.h"
#include "tools/evaluation/interval.h"
#include "tools/photographs/photograph.h"
#include "tools/scenes/captions.h"
#include "tools/scenes/questions.h"
#include "tools/scenes/scene_concepts.h"

namespace wherefore {
namespace {

using Channels = std::vector<int64_t>;

constexpr std::uint64_t kSentenceQuestionSeed = 0x53656e74656e6365;
constexpr std::uint64_t kDrawSeed = 0x64726177;
constexpr double kAmplification = 1.5;

/// The scores (N, T) of what was explained, for an image (1, 3, H, W), N the rows that the tape's layer goes on with.
using Scorer = std::function<at::Tensor(const at::Tensor& image, Tape& tape)>;

/// A sentence about a target.
struct Explained {
  const TrainingScene* scene = nullptr;
  Scorer scorer;
  int64_t target = 0;     ///< column of the scores
  at::Tensor activation;  ///< (K): means over space
  at::Tensor importance;  ///< (K)
  ConceptRanking ranking;
};

/// What one channel's map (h, w) becomes.
using Change = std::function<at::Tensor(int64_t channel, const at::Tensor& map)>;

/// `values` (K), on the layer's device.
Change SetTo(const at::Tensor& values) {
  return [values](int64_t channel, const at::Tensor&) { return values[channel]; };
}

at::Tensor Amplified(int64_t, const at::Tensor& map) { return map * kAmplification; }

/// A layer's output for a row of channel sets, each of them changed.
at::Tensor Changed(const at::Tensor& output, const std::vector<Channels>& sets, const Change& change) {
  auto rows = output.repeat({static_cast<int64_t>(sets.size()), 1, 1, 1});
  for (std::size_t row = 0; row < sets.size(); ++row) {
    auto maps = rows[static_cast<int64_t>(row)];
    for (const auto channel : sets[row]) maps[channel] = change(channel, maps[channel]);
  }
  return rows;
}

/// The score as it is, less that with each of the sets changed.
std::vector<double> Falls(const Explained& explained, const std::string& layer, std::vector<Channels> sets,
                          const Change& change, c10::Device device) {
  const at::NoGradGuard no_grad;
  sets.insert(sets.begin(), Channels());
  Tape tape;
  tape.Substitute(layer, [&](const at::Tensor& output) { return Changed(output, sets, change); });
  const auto scores = explained.scorer(explained.scene->image.to(device), tape).to(at::kCPU, at::kDouble);
  std::vector<double> falls;
  const double whole = scores[0][explained.target].item<double>();
  for (int64_t row = 1; row < scores.size(0); ++row) {
    falls.push_back(whole - scores[row][explained.target].item<double>());
  }
  return falls;
}

Channels ChannelsOf(const ConceptSide& side) {
  Channels channels;
  for (const auto& item : side.concepts) {
    for (const auto& channel : item.channels) channels.push_back(channel.channel);
  }
  return channels;
}

Channels Highest(const at::Tensor& values, std::size_t count) {
  const auto order = values.argsort(0, true).narrow(0, 0, static_cast<int64_t>(count)).contiguous();
  return {order.data_ptr<int64_t>(), order.data_ptr<int64_t>() + order.numel()};
}

/// Sets of `count` channels of the explained layer.
std::vector<Channels> Drawn(const Explained& explained, std::size_t count, int64_t draws, Random& random) {
  Channels all(static_cast<std::size_t>(explained.activation.numel()));
  std::iota(all.begin(), all.end(), 0);
  std::vector<Channels> drawn;
  for (int64_t i = 0; i < draws; ++i) {
    std::sort(all.begin(), all.end());
    random.Shuffle(&all);
    drawn.emplace_back(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return drawn;
}

double Mean(std::vector<double>::const_iterator begin, std::vector<double>::const_iterator end) {
  return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
}

void AddFalls(const Explained& explained, const std::string& layer, const Change& change, int64_t draws,
              c10::Device device, Random& random, Ablation* ablation) {
  const auto named = ChannelsOf(explained.ranking.supporting);
  const auto opposing = ChannelsOf(explained.ranking.opposing);
  std::vector<Channels> sets = {named, Highest(explained.importance, named.size()),
                                Highest(explained.activation, named.size()), opposing};
  const auto drawn = Drawn(explained, named.size(), draws, random);
  sets.insert(sets.end(), drawn.begin(), drawn.end());
  const auto falls = Falls(explained, layer, sets, change, device);
  ablation->named.push_back(falls[0]);
  ablation->important.push_back(falls[1]);
  ablation->active.push_back(falls[2]);
  if (!opposing.empty()) ablation->opposing.push_back(falls[3]);
  ablation->random.push_back(Mean(falls.begin() + 4, falls.end()));
}

void AddAmplification(const Explained& explained, const std::string& layer, int64_t draws, c10::Device device,
                      Random& random, Amplification* amplification) {
  const auto opposing = ChannelsOf(explained.ranking.opposing);
  if (opposing.empty()) return;
  std::vector<Channels> sets = {ChannelsOf(explained.ranking.supporting), opposing};
  const auto drawn = Drawn(explained, opposing.size(), draws, random);
  sets.insert(sets.end(), drawn.begin(), drawn.end());
  const auto falls = Falls(explained, layer, sets, Amplified, device);
  amplification->supporting.push_back(falls[0]);
  amplification->opposing.push_back(falls[1]);
  amplification->random.push_back(Mean(falls.begin() + 2, falls.end()));
}

/// What a name stands for: the formula of a compound one, else one term.
std::vector<FormulaTerm> FormulaOf(const ConceptWeight& item, const LayerConcepts& names) {
  const auto known = std::find_if(names.named.begin(), names.named.end(), [&](const ChannelConcept& channel) {
    return channel.name == item.name && channel.category == item.category;
  });
  if (known != names.named.end() && !known->formula.empty()) return known->formula;
  return {{FormulaOperator::kAnd, item.name, item.category}};
}

bool Satisfies(const Scene& scene, std::size_t object, const std::vector<FormulaTerm>& formula) {
  bool holds = true;  // the first term is combined with it by AND, whatever its operator says
  for (std::size_t i = 0; i < formula.size(); ++i) {
    const bool has = HasConcept(scene, object, formula[i].category, formula[i].name);
    const auto combined = i == 0 ? FormulaOperator::kAnd : formula[i].combined;
    if (combined == FormulaOperator::kOr) holds = holds || has;
    if (combined == FormulaOperator::kAnd) holds = holds && has;
    if (combined == FormulaOperator::kAndNot) holds = holds && !has;
  }
  return holds;
}

/// The score, and what the channels of a concept do.
struct Response {
  double score = 0;
  double activation = 0;
};

Response ResponseTo(const at::Tensor& image, const Explained& explained, const ConceptWeight& item,
                    const std::string& layer) {
  const at::NoGradGuard no_grad;
  Tape tape({layer});
  Response response;
  response.score = explained.scorer(image, tape)[0][explained.target].item<double>();
  const auto means = tape.layers()[0].value[0].mean({1, 2}).to(at::kCPU, at::kDouble);
  for (const auto& channel : item.channels) response.activation += means[channel.channel].item<double>();
  return response;
}

void AddRemoval(const Explained& explained, const ConceptWeight& item, const std::vector<std::size_t>& objects,
                const ImageOptions& options, const std::string& layer, c10::Device device, Removal* removal) {
  const auto before = ResponseTo(explained.scene->image.to(device), explained, item, layer);
  Photograph photograph;
  photograph.pixels = WithoutObjects(explained.scene->scene, objects).picture;
  const auto after = ResponseTo(Preprocess(photograph, options).to(device), explained, item, layer);
  removal->score.push_back(before.score - after.score);
  const bool fires = before.activation > 0;
  removal->channels.push_back(fires ? (before.activation - after.activation) / before.activation : 0);
  removal->both.push_back(after.score < before.score && after.activation < before.activation ? 1 : 0);
}

void AddRemovals(const Explained& explained, const ImageOptions& options, const LayerConcepts& names,
                 c10::Device device, Random& random, SentenceEvaluation* evaluation) {
  const auto& item = explained.ranking.supporting.concepts[0];
  const auto& scene = explained.scene->scene;
  if (item.category == kBackgroundCategory) {
    ++evaluation->of_background;
    return;
  }
  const auto formula = FormulaOf(item, names);
  std::vector<std::size_t> with;
  std::vector<std::size_t> without;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    (Satisfies(scene, i, formula) ? with : without).push_back(i);
  }
  if (with.empty()) ++evaluation->absent;
  if (with.empty() || without.empty()) return;  // nothing to take out, or nothing to compare with
  AddRemoval(explained, item, with, options, names.layer, device, &evaluation->of_named);
  AddRemoval(explained, item, {random.OneOf(without)}, options, names.layer, device, &evaluation->of_other);
}

/// Both tables of what was explained.
SentenceEvaluation Evaluate(const std::vector<Explained>& all, const ImageOptions& options, const LayerConcepts& names,
                            const SentenceOptions& sentence, c10::Device device, std::ostream& err) {
  SentenceEvaluation evaluation;
  auto mean = at::zeros({names.channels}, at::kDouble);
  for (const auto& explained : all) mean += explained.activation / static_cast<double>(all.size());
  const auto to_zero = SetTo(at::zeros({names.channels}, device));
  const auto to_mean = SetTo(mean.to(device, at::kFloat));
  ProgressLine line(err, static_cast<int64_t>(all.size()));
  Random random(kDrawSeed);
  Random of_amplified(kDrawSeed + 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& explained = all[i];
    if (explained.ranking.supporting.concepts.empty()) {
      ++evaluation.nameless;
    } else {
      ++evaluation.explained;
      AddFalls(explained, names.layer, to_zero, sentence.draws, device, random, &evaluation.zero);
      AddFalls(explained, names.layer, to_mean, sentence.draws, device, random, &evaluation.mean);
      AddAmplification(explained, names.layer, sentence.draws, device, of_amplified, &evaluation.amplified);
      AddRemovals(explained, options, names, device, random, &evaluation);
    }
    line.Update(static_cast<int64_t>(i + 1), "sentences tested");
  }
  return evaluation;
}

/// One target of an explanation.
Explained ExplainedTargetOf(const Explanation& explanation, int64_t row, const TrainingScene& scene, Scorer scorer,
                            const LayerConcepts& names, const SentenceOptions& options) {
  Explained explained;
  explained.scene = &scene;
  explained.scorer = std::move(scorer);
  explained.activation = explanation.activation.mean({1, 2}).to(at::kDouble);
  const auto& importance = explanation.ImportanceBy(options.importance);
  explained.importance = importance[row].to(at::kDouble);
  explained.ranking = RankConcepts(explained.importance, names, options.concepts, explanation.activation);
  return explained;
}

std::vector<double> Differences(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return differences;
}

double ShareAboveZero(const std::vector<double>& values) {
  const auto above = std::count_if(values.begin(), values.end(), [](double value) { return value > 0; });
  return values.empty() ? 0 : static_cast<double>(above) / static_cast<double>(values.size());
}

std::string WithInterval(const std::vector<double>& values, double scale = 1, int places = 2) {
  if (values.empty()) return "-";
  return TextOf(MeanWithInterval(values), scale, places);
}

struct Row {
  const char* name;
  std::vector<double> Ablation::*values;
};

constexpr Row kRows[] = {{"the sentence's supporting ones", &Ablation::named},
                         {"as many of the most important", &Ablation::important},
                         {"as many of the most active", &Ablation::active},
                         {"as many at random", &Ablation::random},
                         {"the sentence's opposing ones", &Ablation::opposing}};

struct AmplifiedRow {
  const char* name;
  std::vector<double> Amplification::*values;
};

constexpr AmplifiedRow kAmplifiedRows[] = {{"the sentence's supporting ones", &Amplification::supporting},
                                           {"the sentence's opposing ones", &Amplification::opposing},
                                           {"as many as those at random", &Amplification::random}};

nlohmann::ordered_json IntervalJson(const std::vector<double>& values) {
  const auto interval = MeanWithInterval(values);
  return {{"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}, {"count", values.size()}};
}

nlohmann::ordered_json RemovalJson(const Removal& removal) {
  return {{"score", IntervalJson(removal.score)},
          {"channels", IntervalJson(removal.channels)},
          {"both", IntervalJson(removal.both)}};
}

}  // namespace

void SentenceEvaluation::Print(const std::string& score, std::ostream& out) const {
  out << explained << " sentences that name something in support; " << nameless << " targets whose sentence does not.\n"
      << "\n| channels taken out: the " << score << " falls by | set to zero | set to their mean |\n|---|---|---|\n";
  for (const auto& row : kRows) {
    out << "| " << row.name << " | " << WithInterval(zero.*row.values) << " | " << WithInterval(mean.*row.values)
        << " |\n";
  }
  const auto zero_difference = Differences(zero.named, zero.random);
  const auto mean_difference = Differences(mean.named, mean.random);
  out << "| supporting less random | " << WithInterval(zero_difference) << " | " << WithInterval(mean_difference)
      << " |\n| supporting fall more than random | " << Fixed(100 * ShareAboveZero(zero_difference), 1) << " % | "
      << Fixed(100 * ShareAboveZero(mean_difference), 1) << " % |\n";
  out << "\n| channels half as active again | the " << score << " falls by | falls, % of sentences |\n|---|---|---|\n";
  for (const auto& row : kAmplifiedRows) {
    const auto& values = amplified.*row.values;
    out << "| " << row.name << " | " << WithInterval(values) << " | " << Fixed(100 * ShareAboveZero(values), 1)
        << " |\n";
  }
  out << "\n| objects taken out of the picture (" << of_named.score.size() << " sentences; " << absent
      << " name first what is not there, " << of_background << " the background) | the " << score
      << " falls by | its channels fall by, % | both fall, % |\n|---|---|---|---|\n";
  for (const auto& [name, removal] :
       {std::pair("those that the sentence names first", &of_named), std::pair("another", &of_other)}) {
    out << "| " << name << " | " << WithInterval(removal->score) << " | " << WithInterval(removal->channels, 100, 1)
        << " | " << WithInterval(removal->both, 100, 1) << " |\n";
  }
}

std::string SentenceEvaluation::Json() const {
  nlohmann::ordered_json json = {{"format", 1},
                                 {"explained", explained},
                                 {"nameless", nameless},
                                 {"absent", absent},
                                 {"of_background", of_background}};
  for (const auto& [name, ablation] : {std::pair("zero", &zero), std::pair("mean", &mean)}) {
    json["ablation"][name] = {{"supporting", IntervalJson(ablation->named)},
                              {"important", IntervalJson(ablation->important)},
                              {"active", IntervalJson(ablation->active)},
                              {"random", IntervalJson(ablation->random)},
                              {"opposing", IntervalJson(ablation->opposing)},
                              {"supporting_less_random", IntervalJson(Differences(ablation->named, ablation->random))}};
  }
  json["amplification"] = {{"factor", kAmplification},
                           {"supporting", IntervalJson(amplified.supporting)},
                           {"opposing", IntervalJson(amplified.opposing)},
                           {"random", IntervalJson(amplified.random)}};
  json["removal"] = {{"named", RemovalJson(of_named)}, {"other", RemovalJson(of_other)}};
  return json.dump(1) + "\n";
}

SentenceEvaluation EvaluateAnswerSentences(const Model& model, const std::vector<TrainingScene>& scenes,
                                           const LayerConcepts& names, const SentenceOptions& options,
                                           c10::Device device, std::ostream& err) {
  std::vector<Explained> all;
  ProgressLine line(err, static_cast<int64_t>(scenes.size()));
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const auto image = scenes[i].image.to(device);
    Random random(scenes[i].scene.seed ^ kSentenceQuestionSeed);
    for (const auto& question : MakeQuestions(scenes[i].scene, random, 1)) {
      if (question.objects.empty()) continue;
      Request request;
      request.method = "grad-cam";  // whatever the model's own: only channels are asked for
      request.question = question.Text();
      request.neuron_layer = names.layer;
      request.ablate_channels = options.importance == Importance::kAblation;
      const auto explanation = Explain(model, image, request);
      if (explanation.predictions().at(0).label != question.answer) continue;
      const auto answer = explanation.predictions()[0].index;
      const auto ids = model.tokenizer->Encode(request.question).ids;
      const Scorer scorer = [&model, ids, answer](const at::Tensor& picture, Tape& tape) {
        return model.label_network().Logits(InputOf(picture, ids), tape).narrow(1, answer, 1);
      };
      all.push_back(ExplainedTargetOf(explanation, 0, scenes[i], scorer, names, options));
    }
    line.Update(static_cast<int64_t>(i + 1), "scenes explained");
  }
  return Evaluate(all, model.info.image, names, options, device, err);
}

SentenceEvaluation EvaluateCaptionSentences(const Model& model, const std::vector<TrainingScene>& scenes,
                                            const LayerConcepts& names, const SentenceOptions& options,
                                            c10::Device device, std::ostream& err) {
  std::vector<Explained> all;
  ProgressLine line(err, static_cast<int64_t>(scenes.size()));
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    Request request;
    request.method = "grad-cam";
    request.neuron_layer = names.layer;
    request.ablate_channels = options.importance == Importance::kAblation;
    const auto explanation = Explain(model, scenes[i].image.to(device), request);
    const auto ids = explanation.written().ids;
    const auto verdict = CheckCaption(explanation.written().words, scenes[i].scene);
    for (std::size_t word = 0; word < verdict.words.size(); ++word) {
      const auto part = verdict.words[word].part;
      const bool is_of_thing = part == WordPart::kNoun || part == WordPart::kAdjective;
      if (!is_of_thing || verdict.words[word].objects.empty()) continue;
      const std::vector<std::vector<int64_t>> pieces = {{static_cast<int64_t>(word)}};  // a word of scenes is a piece
      const Scorer scorer = [&model, ids, pieces](const at::Tensor& picture, Tape& tape) {
        auto& network = model.text_network();
        return TextScores(network, network.Start(InputOf(picture), tape), ids, pieces, model.decoding, tape);
      };
      all.push_back(ExplainedTargetOf(explanation, static_cast<int64_t>(word), scenes[i], scorer, names, options));
    }
    line.Update(static_cast<int64_t>(i + 1), "scenes explained");
  }
  return Evaluate(all, model.info.image, names, options, device, err);
}

}  // namespace wherefore
