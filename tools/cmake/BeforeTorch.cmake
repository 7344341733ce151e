# Included before find_package(Torch), so that it finds the LibTorch in Python's package torch, too.
#
# Where LibTorch was built with CUDA, its configuration file asks for NVIDIA's compiler, whose libraries it would then
# link beside those that LibTorch brings. We compile no CUDA, and LibTorch's libraries find their own: the target below
# is the one that the file takes as a sign that this is done.
if(NOT TARGET torch::cudart)
  add_library(torch::cudart INTERFACE IMPORTED)
endif()
# The file also looks for a static library that no package has, and warns; we link no list of libraries, but the target.
if(NOT kineto_LIBRARY)
  set(kineto_LIBRARY torch)
endif()
