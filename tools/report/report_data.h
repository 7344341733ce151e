#pragma once

#include <string>
#include <vector>

#include "tools/report/drawing.h"

namespace wherefore {

/// What the scripts of a report's page read: JSON texts.
struct ReportData {
  std::string view;      ///< where maps lie on the photograph, and their colours: see overlay.js
  std::string targets;   ///< a list: text, score, channels, and a layer to draw by each method
  std::string channels;  ///< by its number, each channel that the targets name: where it is active
};

/// For a photograph shown at height x width pixels.
ReportData MakeReportData(const std::vector<ExplainedPhotograph>& methods, int64_t height, int64_t width,
                          const RenderOptions& options);

}  // namespace wherefore
