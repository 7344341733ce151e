#include "tasks/name_channels.h"

#include "explain/error.h"

namespace wherefore {

namespace {

/// What a target is, as sentences speak of it: see SentenceSubject.
SentenceSubject SubjectOfSentence(const Explanation& explanation, const ExplainedTarget& target,
                                  Importance importance) {
  std::string kind = KindOf(target);
  if (AsLabel(target) != nullptr) kind = explanation.task == Task::kVqa ? "answer" : "class";
  if (IsPart(target, TextPart::kWhole)) kind = explanation.task == Task::kVqa ? "answer" : "caption";
  return {kind, TextOf(target), VersusOf(target), importance};
}

}  // namespace

void NameChannels(Explanation* explanation, const LayerConcepts& names, const NamingOptions& options) {
  if (explanation->neuron_layer != names.layer) {
    ThrowUsage("the names are of the channels of layer '" + names.layer + "', but the importance is of " +
               (explanation->neuron_layer.empty() ? "none" : "those of '" + explanation->neuron_layer + "'") +
               "; set Request::neuron_layer to that layer");
  }
  const auto& importance = explanation->ImportanceBy(options.importance);
  for (std::size_t t = 0; t < explanation->targets.size(); ++t) {
    auto& target = explanation->targets[t];
    target.concepts = RankConcepts(importance[static_cast<int64_t>(t)], names, options.count, explanation->activation);
    target.sentence =
        Sentence(*target.concepts, SubjectOfSentence(*explanation, target, options.importance), options.templates);
  }
  explanation->names = names;
  explanation->named_by = options.importance;
}

}  // namespace wherefore
