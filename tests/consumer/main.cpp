#include <iostream>

#include <ATen/ATen.h>

#include "tasks/wherefore.h"

int main() {
  wherefore::TrunkOptions options;
  options.type = "resnet18";
  const auto network = wherefore::MakeTrunk(options);
  const auto image = at::rand({1, 3, 224, 224});

  // Why does it choose its class? Any scalar will do: return another one.
  const auto gradients = wherefore::Explain(
      {"layer4"}, [&](wherefore::Tape& tape) { return std::get<0>(network->Logits(image, tape).max(1)); });
  const auto map = wherefore::Combine(wherefore::MethodNamed("grad-cam"), "layer4", gradients).maps;
  const auto heat = wherefore::Prepare(map, 224, 224);

  std::cout << "score " << gradients.scores[0].item<float>() << ", map " << map.sizes() << ", heat " << heat.sizes()
            << '\n';
}
