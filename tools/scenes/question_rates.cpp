#include "tools/scenes/question_rates.h"

#include <algorithm>
#include <map>

namespace wherefore {
namespace {

using Counts = std::map<std::string, int>;

/// How many drafts came out, by the kind of question and the answer, which was drawn with equal chances: of 60 drafts
/// of each family in each of 30000 scenes of the default options, SceneSeed(77, 0) and on. Kinds that are not here came
/// out evenly, as their answers are alike to the maker of scenes (colours, patterns). Kinds that begin the same share
/// an entry. QuestionsTest.DISABLED_CountsDrafts prints the counts anew: whenever scenes or drafts change.
const std::map<std::string, Counts>& DraftCounts() {
  static const std::map<std::string, Counts> counts = {
      {"comparison as many color color", {{"no", 20086}, {"yes", 9531}}},
      {"comparison as many color pattern", {{"no", 19995}, {"yes", 16411}}},
      {"comparison as many color shape", {{"no", 20079}, {"yes", 18617}}},
      {"comparison as many color+pattern color+pattern", {{"no", 6805}, {"yes", 5041}}},
      {"comparison as many color+pattern shape+color", {{"no", 6775}, {"yes", 6054}}},
      {"comparison as many large medium", {{"no", 7147}, {"yes", 1808}}},
      {"comparison as many large small", {{"no", 7312}, {"yes", 1733}}},
      {"comparison as many medium large", {{"no", 7387}, {"yes", 1806}}},
      {"comparison as many medium small", {{"no", 7587}, {"yes", 1765}}},
      {"comparison as many pattern color", {{"no", 20142}, {"yes", 16451}}},
      {"comparison as many pattern pattern", {{"no", 19725}, {"yes", 10935}}},
      {"comparison as many pattern shape", {{"no", 20094}, {"yes", 16619}}},
      {"comparison as many shape color", {{"no", 20164}, {"yes", 18235}}},
      {"comparison as many shape pattern", {{"no", 20254}, {"yes", 16498}}},
      {"comparison as many shape shape", {{"no", 19934}, {"yes", 9326}}},
      {"comparison as many shape+color color+pattern", {{"no", 6616}, {"yes", 6117}}},
      {"comparison as many shape+color shape+color", {{"no", 6570}, {"yes", 3710}}},
      {"comparison as many shape+color shape+pattern", {{"no", 6689}, {"yes", 6066}}},
      {"comparison as many shape+pattern shape+color", {{"no", 6615}, {"yes", 6096}}},
      {"comparison as many shape+pattern shape+pattern", {{"no", 6639}, {"yes", 5059}}},
      {"comparison as many small large", {{"no", 7475}, {"yes", 1802}}},
      {"comparison as many small medium", {{"no", 7476}, {"yes", 1750}}},
      {"comparison fewer large medium", {{"no", 5197}, {"yes", 3969}}},
      {"comparison fewer large small", {{"no", 4986}, {"yes", 4126}}},
      {"comparison fewer medium large", {{"no", 5757}, {"yes", 3411}}},
      {"comparison fewer medium small", {{"no", 5339}, {"yes", 3842}}},
      {"comparison fewer small large", {{"no", 5976}, {"yes", 3179}}},
      {"comparison fewer small medium", {{"no", 5498}, {"yes", 3493}}},
      {"comparison more large medium", {{"no", 5852}, {"yes", 3381}}},
      {"comparison more large small", {{"no", 5838}, {"yes", 3154}}},
      {"comparison more medium large", {{"no", 5163}, {"yes", 3977}}},
      {"comparison more medium small", {{"no", 5541}, {"yes", 3519}}},
      {"comparison more pattern pattern", {{"no", 20035}, {"yes", 19152}}},
      {"comparison more shape+color shape+pattern", {{"no", 6763}, {"yes", 6448}}},
      {"comparison more small large", {{"no", 4994}, {"yes", 4165}}},
      {"comparison more small medium", {{"no", 5450}, {"yes", 3883}}},
      {"counting color", {{"0", 39668}, {"1", 33004}, {"2", 17749}, {"3", 7733}, {"4", 2696}}},
      {"counting color+large", {{"0", 16570}, {"1", 9747}, {"2", 1777}}},
      {"counting color+medium", {{"0", 16842}, {"1", 10252}, {"2", 2143}}},
      {"counting color+pattern", {{"0", 50161}, {"1", 48741}, {"2", 14663}, {"3", 1571}}},
      {"counting color+small", {{"0", 17106}, {"1", 10370}, {"2", 2375}}},
      {"counting large", {{"0", 4461}, {"1", 5193}, {"2", 2707}, {"3", 901}}},
      {"counting medium", {{"0", 4006}, {"1", 4872}, {"2", 2818}, {"3", 1209}}},
      {"counting pattern", {{"0", 35581}, {"1", 34720}, {"2", 19735}, {"3", 7523}, {"4", 1389}}},
      {"counting shape", {{"0", 40182}, {"1", 32772}, {"2", 17519}, {"3", 7928}, {"4", 2487}}},
      {"counting shape+color", {{"0", 50404}, {"1", 44368}, {"2", 20681}, {"3", 7348}}},
      {"counting shape+large", {{"0", 16786}, {"1", 9874}, {"2", 1774}}},
      {"counting shape+medium", {{"0", 16593}, {"1", 10331}, {"2", 2173}}},
      {"counting shape+pattern", {{"0", 49958}, {"1", 48782}, {"2", 14509}, {"3", 1738}}},
      {"counting shape+small", {{"0", 16739}, {"1", 10443}, {"2", 2444}}},
      {"counting small", {{"0", 3869}, {"1", 4655}, {"2", 2976}, {"3", 1431}}},
      {"existence color+large", {{"no", 16731}, {"yes", 11331}}},
      {"existence color+large+pattern", {{"no", 24845}, {"yes", 16772}}},
      {"existence color+medium", {{"no", 16662}, {"yes", 11749}}},
      {"existence color+medium+pattern", {{"no", 24965}, {"yes", 17489}}},
      {"existence color+small", {{"no", 16642}, {"yes", 11806}}},
      {"existence color+small+pattern", {{"no", 24997}, {"yes", 17744}}},
      {"existence large", {{"no", 8358}, {"yes", 16651}}},
      {"existence large+pattern", {{"no", 16635}, {"yes", 11180}}},
      {"existence medium", {{"no", 7462}, {"yes", 17397}}},
      {"existence medium+pattern", {{"no", 16512}, {"yes", 11897}}},
      {"existence pattern", {{"no", 66200}, {"yes", 75424}}},
      {"existence shape+color+large", {{"no", 24566}, {"yes", 16840}}},
      {"existence shape+color+medium", {{"no", 25154}, {"yes", 17424}}},
      {"existence shape+color+small", {{"no", 24761}, {"yes", 18113}}},
      {"existence shape+large", {{"no", 16840}, {"yes", 11253}}},
      {"existence shape+large+pattern", {{"no", 24862}, {"yes", 16681}}},
      {"existence shape+medium", {{"no", 16436}, {"yes", 11719}}},
      {"existence shape+medium+pattern", {{"no", 24995}, {"yes", 17476}}},
      {"existence shape+small", {{"no", 16650}, {"yes", 11956}}},
      {"existence shape+small+pattern", {{"no", 24997}, {"yes", 17804}}},
      {"existence small", {{"no", 7082}, {"yes", 17932}}},
      {"existence small+pattern", {{"no", 16522}, {"yes", 12065}}},
      {"relation in front of",
       {{"circle", 986},
        {"crescent", 1359},
        {"cross", 1175},
        {"heart", 1181},
        {"ring", 1286},
        {"square", 1118},
        {"star", 1302},
        {"triangle", 1126}}},
      {"shape",
       {{"circle", 28013},
        {"crescent", 30046},
        {"cross", 28851},
        {"heart", 30147},
        {"ring", 29746},
        {"square", 28314},
        {"star", 30925},
        {"triangle", 30447}}},
      {"size color", {{"large", 24463}, {"medium", 26549}, {"small", 28023}}},
      {"size color+pattern", {{"large", 38288}, {"medium", 40774}, {"small", 42393}}},
      {"size pattern", {{"large", 25804}, {"medium", 27621}, {"small", 29149}}},
      {"size shape", {{"large", 24562}, {"medium", 26408}, {"small", 27988}}},
      {"size shape+color", {{"large", 29543}, {"medium", 32065}, {"small", 33523}}},
      {"size shape+color+pattern", {{"large", 119881}, {"medium", 127841}, {"small", 131675}}},
      {"size shape+pattern", {{"large", 38311}, {"medium", 40922}, {"small", 42374}}},
  };
  return counts;
}

/// The entry of a kind, or of the words that it begins with; null where there is none.
const Counts* CountsOf(std::string kind) {
  while (true) {
    const auto found = DraftCounts().find(kind);
    if (found != DraftCounts().end()) return &found->second;
    const auto space = kind.rfind(' ');
    if (space == std::string::npos) return nullptr;
    kind.resize(space);
  }
}

}  // namespace

double KeptShare(const std::string& kind, const std::string& answer) {
  const auto* counts = CountsOf(kind);
  if (counts == nullptr) return 1;
  const auto rarest = std::min_element(counts->begin(), counts->end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return static_cast<double>(rarest->second) / counts->at(answer);
}

}  // namespace wherefore
