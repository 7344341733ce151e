#include "tools/scenes/question_rates.h"

namespace wherefore {

double KeptShare(const std::string&, const std::string&) { return 1; }

}  // namespace wherefore
