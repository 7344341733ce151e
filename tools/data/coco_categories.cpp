#include "tools/data/coco_categories.h"

#include <algorithm>
#include <vector>

namespace wherefore {
namespace {

struct SuperCategory {
  const char* name;
  std::vector<const char*> categories;
};

/// As instances_val2017.json has them.
const std::vector<SuperCategory>& SuperCategories() {
  static const std::vector<SuperCategory> kAll = {
      {"person", {"person"}},
      {"vehicle", {"bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"}},
      {"outdoor", {"traffic light", "fire hydrant", "stop sign", "parking meter", "bench"}},
      {"animal", {"bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"}},
      {"accessory", {"backpack", "umbrella", "handbag", "tie", "suitcase"}},
      {"sports",
       {"frisbee", "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard",
        "surfboard", "tennis racket"}},
      {"kitchen", {"bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl"}},
      {"food", {"banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake"}},
      {"furniture", {"chair", "couch", "potted plant", "bed", "dining table", "toilet"}},
      {"electronic", {"tv", "laptop", "mouse", "remote", "keyboard", "cell phone"}},
      {"appliance", {"microwave", "oven", "toaster", "sink", "refrigerator"}},
      {"indoor", {"book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush"}}};
  return kAll;
}

}  // namespace

std::string CocoSuperCategory(const std::string& category) {
  for (const auto& one : SuperCategories()) {
    if (std::find(one.categories.begin(), one.categories.end(), category) != one.categories.end()) return one.name;
  }
  return "";
}

}  // namespace wherefore
