#include "tools/report/contact_sheet.h"

#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "tools/photographs/opencv_tensor.h"

namespace wherefore {
namespace {

constexpr int kTextHeight = 30;
constexpr int kGap = 12;

std::string Ascii(const std::string& text) {
  std::string shown;
  for (const unsigned char c : text) {
    if (c >= 0x20 && c < 0x7F) shown += static_cast<char>(c);
    if (c >= 0xC0) shown += '?';  // once a letter; the bytes that follow are left out
  }
  return shown;
}

int WidthOf(const std::string& text, double size) {
  int baseline = 0;
  return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, size, 1, &baseline).width;
}

/// Writes a line below (left, top), in the middle of `width`.
void Write(cv::Mat& sheet, std::string text, int left, int top, int width) {
  constexpr double kSmallest = 0.4;
  double size = 0.65;
  while (size > kSmallest && WidthOf(text, size) > width) size -= 0.05;
  if (WidthOf(text, size) > width) {
    while (!text.empty() && WidthOf(text + "...", size) > width) text.pop_back();
    text += "...";
  }
  const int indent = std::max(0, (width - WidthOf(text, size)) / 2);
  cv::putText(sheet, text, cv::Point(left + indent, top + 21), cv::FONT_HERSHEY_SIMPLEX, size, cv::Scalar::all(20), 1,
              cv::LINE_AA);
}

}  // namespace

at::Tensor ContactSheet(const std::vector<Tile>& tiles, int64_t columns) {
  if (tiles.empty()) ThrowUsage("a contact sheet needs at least one picture");
  if (columns < 1) ThrowUsage("a contact sheet of " + std::to_string(columns) + " columns; it needs at least one");
  const auto first = MatOver(tiles[0].picture, "a tile's picture");
  const int count = static_cast<int>(tiles.size());
  const int across = static_cast<int>(std::min<int64_t>(columns, count));
  const int down = (count + across - 1) / across;
  const int step_x = first.cols + kGap;
  const int step_y = first.rows + kTextHeight + kGap;
  cv::Mat sheet(down * step_y + kGap, across * step_x + kGap, CV_8UC3, cv::Scalar::all(255));
  for (int i = 0; i < count; ++i) {
    const auto& tile = tiles[static_cast<std::size_t>(i)];
    const auto picture = MatOver(tile.picture, "a tile's picture");
    if (picture.type() != CV_8UC3 || picture.size() != first.size()) {
      ThrowUsage("the pictures of a contact sheet must be uint8 (H, W, 3), all of one size");
    }
    const int left = kGap + i % across * step_x;
    const int top = kGap + i / across * step_y;
    picture.copyTo(sheet(cv::Rect(left, top, picture.cols, picture.rows)));
    Write(sheet, Ascii(tile.text), left, top + picture.rows, picture.cols);
  }
  return TensorOf(sheet);
}

}  // namespace wherefore
