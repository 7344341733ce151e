# wherefore_find_torch(): finds LibTorch, also the one in Python's package torch.
#
# Where LibTorch was built with CUDA, its configuration file asks for NVIDIA's compiler, whose libraries it would then
# link beside those that LibTorch brings. We compile no CUDA, and LibTorch's libraries find their own: the target below
# is the one that the file takes as a sign that this is done.
#
# The file also looks for a static library that no package has, and warns; we link no list of libraries, but the target.
macro(wherefore_find_torch)
  if(NOT kineto_LIBRARY)
    set(kineto_LIBRARY torch)
  endif()
  if(NOT TARGET torch::cudart)
    add_library(torch::cudart INTERFACE IMPORTED)
  endif()
  find_package(Torch ${ARGN})
endmacro()
