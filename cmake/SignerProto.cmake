# boltseal_signer_proto: the messages of notary-signer and of gRPC's health check, generated from the .proto files of
# keys/remote. Included as <proto/signer.pb.h> by .cc files of keys/remote and signer alone.
find_package(Protobuf REQUIRED)

set(proto_dir ${CMAKE_SOURCE_DIR}/src/keys/remote)
set(proto_out ${CMAKE_BINARY_DIR}/generated/proto)
file(MAKE_DIRECTORY ${proto_out})
set(proto_sources)
foreach(name signer health)
  add_custom_command(
    OUTPUT ${proto_out}/${name}.pb.cc ${proto_out}/${name}.pb.h
    COMMAND protobuf::protoc --proto_path=${proto_dir} --cpp_out=${proto_out} ${proto_dir}/${name}.proto
    DEPENDS ${proto_dir}/${name}.proto VERBATIM)
  list(APPEND proto_sources ${proto_out}/${name}.pb.cc ${proto_out}/${name}.pb.h)
endforeach()

add_library(boltseal_signer_proto STATIC ${proto_sources})
target_include_directories(boltseal_signer_proto SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(boltseal_signer_proto PRIVATE boltseal_options PUBLIC protobuf::libprotobuf-lite)
target_compile_options(boltseal_signer_proto PRIVATE -w)  # the code is protoc's
