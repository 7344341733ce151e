#include "tools/data/reference_captions.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "explain/error.h"

namespace wherefore {

ReferenceCaptions::ReferenceCaptions(const ModelInfo& model, const EvaluationSetOptions& options)
    : model_(model.name), options_(options) {
  if (!are_asked_for() || model.CanDo(Task::kCaption)) return;
  ThrowUsage("'" + model.name + "' is a model for " + NameOf(model.tasks.front()) +
             ", which no caption can be given to: reference captions are explained of a captioner");
}

std::string ReferenceCaptions::Take(const std::string& caption) {
  std::istringstream words(caption);
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  const bool is_taken = !text.empty() && (!options_.unknown_words || options_.unknown_words(text));
  ++(is_taken ? taken_ : left_out_);
  return is_taken ? text : "";
}

std::function<TargetPlaces(const Explanation&)> ReferenceCaptions::OfKnownWords(
    const std::string& caption, std::function<TargetPlaces(const Explanation&)> places) const {
  const auto unknown = options_.unknown_words ? options_.unknown_words(caption).value() : std::vector<std::string>();
  if (unknown.empty()) return places;
  return [unknown, places = std::move(places)](const Explanation& explanation) {
    auto found = places(explanation);
    const auto is_unknown = [&](const PlacedTarget& target) {
      const auto& word = explanation.written().words.at(static_cast<std::size_t>(target.row));
      return std::find(unknown.begin(), unknown.end(), word) != unknown.end();
    };
    const auto end = std::remove_if(found.placed.begin(), found.placed.end(), is_unknown);
    found.placeless += found.placed.end() - end;
    found.placed.erase(end, found.placed.end());
    return found;
  };
}

void ReferenceCaptions::CheckTaken(const std::string& data) const {
  if (!are_asked_for() || taken_ > 0) return;
  if (left_out_ == 0) ThrowUsage(data + " has no captions to explain");
  ThrowUsage("'" + model_ + "' can be given none of the " + std::to_string(left_out_) + " captions of " + data +
             ": they are too long for it, or it knows none of their words");
}

std::string ReferenceCaptions::Counts() const {
  if (!are_asked_for()) return "";
  const auto text = ", " + std::to_string(taken_) + (taken_ == 1 ? " caption" : " captions");
  if (left_out_ == 0) return text;
  return text + " (" + std::to_string(left_out_) + " that the model cannot be given left out)";
}

}  // namespace wherefore
