#include "tools/explain_photographs.h"

#include <ostream>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "tools/explanation_json.h"
#include "tools/output.h"
#include "tools/text_report.h"
#include "tools/wording.h"

namespace wherefore {
namespace {

ExplainedPhotograph ExplainOne(const LoadedModel& model, const std::string& path) {
  ExplainedPhotograph explained;
  explained.image = model.info.image;
  at::Tensor image;
  try {
    explained.photograph = LoadPhotograph(path);
    image = Preprocess(explained.photograph, explained.image).to(model.device);
  } catch (const Error& error) {
    ThrowBadFile(error.what());  // whatever is wrong with a photograph concerns that photograph alone
  }
  explained.explanation = model.explain(image);
  return explained;
}

void PrintWarnings(const ExplainedPhotograph& explained, std::ostream& err) {
  const auto& photograph = explained.photograph;
  for (const auto& warning : photograph.warnings) err << "warning: " << photograph.path << ": " << warning << std::endl;
  for (const auto& warning : explained.explanation.warnings) err << "warning: " << warning << std::endl;
}

}  // namespace

ExitCode ExplainPhotographs(const LoadedModel& model, const SharedOptions& options, std::ostream& out,
                            std::ostream& err) {
  const auto& paths = options.photographs;
  const bool several = paths.size() > 1;
  const auto names = UniqueNames(paths);
  ExitCode code = kDone;
  std::vector<IndexEntry> index;
  std::string json;
  bool printed = false;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (several) err << "[" << i + 1 << "/" << paths.size() << "] " << paths[i] << std::endl;
    try {
      const auto explained = ExplainOne(model, paths[i]);
      PrintWarnings(explained, err);
      if (!options.out.empty()) {
        const auto directory = several ? options.out + "/" + names[i] : options.out;
        WriteFiles(directory, ExplanationFiles(explained, options.render));
        err << "wrote " << directory << "/report.html" << std::endl;
        index.push_back({Title(explained.explanation), names[i]});
      }
      if (options.json) {
        json += (printed ? ",\n" : "") + ExplanationJson(explained);
      } else {
        out << (printed ? "\n" : "") << (several ? paths[i] + "\n" : "") << TextReport(explained);
      }
      printed = true;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kUsage) throw;  // an unknown word or layer is wrong for every photograph
      err << "error: " << error.what() << std::endl;
      code = kFailed;
    }
  }
  if (several && !index.empty()) {
    WriteFiles(options.out, {{"index.html", IndexHtml(index)}});
    err << "wrote " << options.out << "/index.html" << std::endl;
  }
  if (options.json) out << "[\n" << json << "]\n";
  return code;
}

void PrintLayers(const LoadedModel& model, std::ostream& out) {
  Tape tape({kImageLayer});
  const at::NoGradGuard no_grad;
  model.forward(at::zeros({1, 3, model.info.image.height, model.info.image.width}).to(model.device), tape);
  for (const auto& seen : tape.seen()) {
    if (seen.name == kImageLayer) continue;
    std::string shape;
    for (const auto size : seen.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(size);
    out << seen.name << std::string(seen.name.size() < 44 ? 44 - seen.name.size() : 1, ' ') << shape
        << (seen.shape.size() == 4 ? "" : "   (no feature map)") << (seen.name == model.info.layer ? "   default" : "")
        << '\n';
  }
}

}  // namespace wherefore
