"""Writes small models in the forms of PyTorch's exporters and of tf2onnx, with an input and the output of each.

    pip install onnx==1.23.2 onnxruntime==1.32.0 numpy safetensors
    python nn-import/tests/onnx/models.py

The outputs are those of ONNX Runtime. The arrays `x` and `y` have the batch first and otherwise the axes of the file.
"""
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T, helper as h, numpy_helper as nh
from safetensors.numpy import save_file

HERE = Path(__file__).parent
rng = np.random.default_rng(7)


def w(*shape):
    return (rng.normal(size=shape) * 0.4).astype("f4")


def save(name, nodes, shape, weights, opset=17, sym="batch_size", ir=8, listed=False, x=None, itype=T.FLOAT, axis=0):
    """Writes a model. `axis` is that of the batch; without `sym` its length is fixed. Old files list the weights."""
    dims = [sym if place == axis and sym else length for place, length in enumerate(shape)]
    inputs = [h.make_tensor_value_info("x", itype, dims)]
    if listed:
        inputs += [h.make_tensor_value_info(key, T.FLOAT, value.shape) for key, value in weights.items()]
    outputs = [h.make_tensor_value_info("y", T.FLOAT, None)]
    constants = [nh.from_array(value, key) for key, value in weights.items()]
    graph = h.make_graph(nodes, "main_graph", inputs, outputs, constants)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=ir)
    model.producer_name = ""
    path = HERE / f"{name}.onnx"
    onnx.save(model, path)
    if x is None:
        x = rng.normal(size=[3 if place == axis and sym else length for place, length in enumerate(shape)]).astype("f4")
    y = onnxruntime.InferenceSession(path).run(None, {"x": x})[0]
    save_file({"x": np.ascontiguousarray(np.moveaxis(x, axis, 0)), "y": y}, path.with_suffix(".safetensors"))


N=h.make_node
bn=lambda c,p:{p+".weight":w(c),p+".bias":w(c),p+".running_mean":w(c),p+".running_var":np.abs(w(c))+.5}
cnn={"conv1.weight":w(5,3,3,3),"conv1.bias":w(5),**bn(5,"bn1"),"fc.weight":w(4,5*4*3),"fc.bias":w(4)}
def cnn_nodes(flat):
    return [N("Conv",["x","conv1.weight","conv1.bias"],["/conv1/Conv_output_0"],name="/conv1/Conv",kernel_shape=[3,3],pads=[1,1,1,1],strides=[1,1],dilations=[1,1],group=1),
     N("BatchNormalization",["/conv1/Conv_output_0"]+["bn1."+k for k in("weight","bias","running_mean","running_var")],["/bn1/o"],name="/bn1/BatchNormalization",epsilon=1e-5,momentum=0.9),
     N("Relu",["/bn1/o"],["/relu/o"],name="/relu/Relu"),
     N("MaxPool",["/relu/o"],["/pool/o"],name="/pool/MaxPool",kernel_shape=[2,2],strides=[2,2],pads=[0,0,0,0],ceil_mode=0)]+flat+[
     N("Gemm",["flat","fc.weight","fc.bias"],["y"],name="/fc/Gemm",alpha=1.,beta=1.,transB=1)]
save("cnn",cnn_nodes([N("Flatten",["/pool/o"],["flat"],axis=1,name="/Flatten")]),[1,3,8,6],cnn)
# view(x.size(0), -1): shape arithmetic
shp=[N("Shape",["/pool/o"],["s"]),N("Constant",[],["zero"],value=nh.from_array(np.array(0))),N("Gather",["s","zero"],["b"],axis=0),
 N("Constant",[],["ax"],value=nh.from_array(np.array([0]))),N("Unsqueeze",["b","ax"],["b1"]),N("Constant",[],["m1"],value=nh.from_array(np.array([-1]))),N("Concat",["b1","m1"],["tgt"],axis=0),N("Reshape",["/pool/o","tgt"],["flat"])]
save("cnn_view",cnn_nodes(shp),[1,3,8,6],cnn)
save("cnn_fixed",cnn_nodes([N("Constant",[],["tgt"],value=nh.from_array(np.array([1,-1]))),N("Reshape",["/pool/o","tgt"],["flat"])]),[1,3,8,6],cnn,sym=None)
save("cnn_old",cnn_nodes([N("Flatten",["/pool/o"],["flat"],axis=1)]),[2,3,8,6],cnn,opset=10,ir=3,listed=True,sym=None)
# flatten, elementwise, back to an image, softmax over channels
save("unflatten",[N("Flatten",["x"],["f"]),N("Constant",[],["t"],value=nh.from_array(np.array([-1,3,8,6]))),N("Reshape",["f","t"],["i"]),N("Conv",["i","w"],["c"],pads=[1,1,1,1]),N("Softmax",["c"],["y"],axis=1)],[1,3,8,6],{"w":w(4,3,3,3)})
# flatten then reshape to another image: a real mixture
save("mixed",[N("Conv",["x","w"],["c"],pads=[1,1,1,1]),N("Constant",[],["t"],value=nh.from_array(np.array([-1,6,4,8]))),N("Reshape",["c","t"],["i"]),N("Conv",["i","v"],["y"],pads=[1,1,1,1])],[1,3,8,6],{"w":w(4,3,3,3),"v":w(2,6,3,3)})
# BatchNorm1d on flattened features
save("bn_flat",[N("Conv",["x","w"],["c"]),N("Flatten",["c"],["f"]),N("BatchNormalization",["f","g","b","m","v"],["n"]),N("Relu",["n"],["r"]),N("MatMul",["r","k"],["mm"]),N("Add",["bb","mm"],["y"])],[1,2,6,5],{"w":w(3,2,3,3),"g":w(36),"b":w(36),"m":w(36),"v":np.abs(w(36))+.5,"k":w(36,4),"bb":w(4)})
# resnet stem: strided convs with symmetric padding, maxpool padding, residual
save("stem",[N("Conv",["x","w","b"],["c"],pads=[3,3,3,3],strides=[2,2],kernel_shape=[7,7]),N("Relu",["c"],["r"]),N("MaxPool",["r"],["p"],kernel_shape=[3,3],strides=[2,2],pads=[1,1,1,1]),
 N("Conv",["p","w1"],["c1"],pads=[1,1,1,1]),N("Add",["c1","p"],["a"]),N("Relu",["a"],["r2"]),N("GlobalAveragePool",["r2"],["g"]),N("Flatten",["g"],["f"]),N("Gemm",["f","k"],["y"],transB=1)],[1,3,32,32],{"w":w(4,3,7,7),"b":w(4),"w1":w(4,4,3,3),"k":w(5,4)})
save("maxpool_neg",[N("MaxPool",["x"],["y"],kernel_shape=[3,3],strides=[2,2],pads=[1,1,1,1])],[1,3,8,6],{})
save("mobile",[N("Conv",["x","w"],["c"],pads=[1,1,1,1],strides=[2,2]),N("Clip",["c","lo","hi"],["r"]),N("Conv",["r","d"],["dw"],group=6,pads=[1,1,1,1]),N("HardSwish",["dw"],["h"]),
 N("GlobalAveragePool",["h"],["g"]),N("Conv",["g","s1"],["q"]),N("Relu",["q"],["q1"]),N("Conv",["q1","s2"],["q2"]),N("HardSigmoid",["q2"],["q3"],alpha=1/6),N("Mul",["q3","h"],["m"]),N("Conv",["m","pw"],["z"]),N("ReduceMean",["z"],["y"],axes=[2,3],keepdims=0)],[1,3,10,8],
 {"w":w(6,3,3,3),"d":w(6,1,3,3),"s1":w(2,6,1,1),"s2":w(6,2,1,1),"pw":w(5,6,1,1),"lo":np.float32(0),"hi":np.float32(6)})
# LSTM with batch_first
def rnn(op,g,d,**kw):
    b={"x":None}
    I={"W":w(d,g*4,5),"R":w(d,g*4,4),"B":w(d,g*8)}
    return I
def lstm(name,op,g,d,tail,extra={},attrs={}):
    I=rnn(op,g,d); I.update(extra)
    z=[N("Shape",["x"],["s"]),N("Constant",[],["i0"],value=nh.from_array(np.array(0))),N("Gather",["s","i0"],["b"]),N("Constant",[],["ax"],value=nh.from_array(np.array([0]))),N("Unsqueeze",["b","ax"],["b1"]),
       N("Constant",[],["d1"],value=nh.from_array(np.array([d]))),N("Constant",[],["u1"],value=nh.from_array(np.array([4]))),N("Concat",["d1","b1","u1"],["sh"],axis=0),N("ConstantOfShape",["sh"],["h0"],value=nh.from_array(np.zeros(1,"f4")))]
    ins=["xt","W","R","B","","h0"]+(["h0"] if op=="LSTM" else [])
    outs=["Y","Yh"]+(["Yc"] if op=="LSTM" else [])
    a=dict(hidden_size=4); a.update(attrs)
    if d==2: a["direction"]="bidirectional"
    save(name,z+[N("Transpose",["x"],["xt"],perm=[1,0,2]),N(op,ins,outs,name="/rnn/"+op,**a)]+tail,[1,7,5],I)
last=[N("Squeeze",["Y","one"],["sq"]),N("Transpose",["sq"],["bt"],perm=[1,0,2]),N("Gather",["bt","m1"],["l"],axis=1),N("Gemm",["l","fc.weight","fc.bias"],["y"],transB=1)]
E1={"one":np.array([1]),"m1":np.array(-1),"fc.weight":w(3,4),"fc.bias":w(3)}
lstm("lstm_last","LSTM",4,1,last,E1)
lstm("gru_last","GRU",3,1,last,E1,{"linear_before_reset":1})
lstm("gru_before","GRU",3,1,last,E1)
lstm("rnn_relu","RNN",1,1,last,E1,{"activations":["Relu"]})
bi=[N("Transpose",["Y"],["t1"],perm=[0,2,1,3]),N("Constant",[],["tg"],value=nh.from_array(np.array([0,0,-1]))),N("Reshape",["t1","tg"],["sq"]),N("Transpose",["sq"],["bt"],perm=[1,0,2]),N("ReduceMean",["bt"],["l"],axes=[1],keepdims=0),N("Gemm",["l","fc.weight","fc.bias"],["y"],transB=1)]
E2={"fc.weight":w(3,8),"fc.bias":w(3)}
lstm("bilstm","LSTM",4,2,bi,E2); lstm("bigru","GRU",3,2,bi,E2,{"linear_before_reset":1})
hn=[N("Gather",["Yh","i0c"],["f"],axis=0),N("Gather",["Yh","i1c"],["bk"],axis=0),N("Concat",["f","bk"],["l"],axis=1),N("Gemm",["l","fc.weight","fc.bias"],["y"],transB=1)]
lstm("bilstm_hn","LSTM",4,2,hn,{**E2,"i0c":np.array(-2),"i1c":np.array(-1)})
both=[N("Squeeze",["Y","one"],["sq"]),N("Transpose",["sq"],["bt"],perm=[1,0,2]),N("ReduceMean",["bt"],["l0"],axes=[1],keepdims=0),N("Squeeze",["Yc","zax"],["cc"]),N("Concat",["l0","cc"],["l"],axis=-1),N("Gemm",["l","fc.weight","fc.bias"],["y"],transB=1)]
lstm("lstm_state","LSTM",4,1,both,{**E2,"one":np.array([1]),"zax":np.array([0])})
lstm("bilstm_state","LSTM",4,2,[N("Transpose",["Yc"],["tc"],perm=[1,0,2]),N("Flatten",["tc"],["l0"]),N("ReduceMean",["Y"],["rm"],axes=[0],keepdims=0),N("Transpose",["rm"],["rt"],perm=[1,0,2]),N("Flatten",["rt"],["l1"]),N("Add",["l0","l1"],["l"]),N("Gemm",["l","fc.weight","fc.bias"],["y"],transB=1)],E2)
save("seq_first",[N("LSTM",["x","W","R","B"],["Y"],hidden_size=4),N("Squeeze",["Y","one"],["q"]),N("MatMul",["q","k"],["y"])],[6,2,5],{"W":w(1,16,5),"R":w(1,16,4),"B":w(1,32),"one":np.array([1]),"k":w(4,3)},sym=None,axis=1)
save("embed",[N("Gather",["emb.weight","x"],["e"],name="/emb/Gather"),N("ReduceMean",["e"],["m"],axes=[1],keepdims=0),N("Gemm",["m","k"],["y"],transB=1)],[1,6],{"emb.weight":w(11,4),"k":w(3,4)},x=rng.integers(0,11,(3,6)),itype=T.INT64)
save("conv1d",[N("Conv",["x","w","b"],["c"],pads=[2,2],strides=[2]),N("LeakyRelu",["c"],["r"],alpha=0.2),N("MaxPool",["r"],["p"],kernel_shape=[2],strides=[2]),N("Flatten",["p"],["f"]),N("Gemm",["f","k"],["y"],transB=1)],[1,3,16],{"w":w(4,3,5),"b":w(4),"k":w(3,16)})
save("normalize",[N("Sub",["x","mean"],["a"]),N("Div",["a","std"],["b"]),N("Conv",["b","w"],["y"],auto_pad="SAME_LOWER")],[1,3,8,6],{"mean":w(1,3,1,1),"std":np.abs(w(1,3,1,1))+.5,"w":w(4,3,2,2)})
save("layernorm",[N("LayerNormalization",["x","g","b"],["l"],axis=-1),N("MatMul",["l","k"],["m"]),N("Add",["m","bb"],["h"]),N("Div",["h","rt"],["d"]),N("Erf",["d"],["e"]),N("Add",["e","one"],["f"]),N("Mul",["h","f"],["q"]),N("Mul",["q","half"],["y"])],[1,5,6],{"g":w(6),"b":w(6),"k":w(6,6),"bb":w(6),"rt":np.float32(2**.5),"one":np.float32(1),"half":np.float32(.5)})
save("upsample",[N("ConvTranspose",["x","w","b"],["c"],strides=[2,2],pads=[1,1,1,1],output_padding=[1,1]),N("Relu",["c"],["r"]),N("Resize",["r","","sc"],["u"],mode="nearest",coordinate_transformation_mode="asymmetric",nearest_mode="floor"),N("Concat",["u","u"],["cc"],axis=1),N("Conv",["cc","w2"],["o"]),N("Sigmoid",["o"],["y"])],[1,3,4,5],{"w":w(3,4,3,3),"b":w(4),"sc":np.array([1,1,2,2],"f4"),"w2":w(2,8,1,1)})
save("tf_nhwc",[N("Transpose",["x"],["t"],perm=[0,3,1,2]),N("Conv",["t","w","b"],["c"],auto_pad="SAME_UPPER",strides=[2,2]),N("Relu",["c"],["r"]),N("Transpose",["r"],["t2"],perm=[0,2,3,1]),N("Reshape",["t2","tg"],["f"]),N("MatMul",["f","k"],["m"]),N("Add",["m","bb"],["y"])],[1,8,6,3],{"w":w(4,3,3,3),"b":w(4),"tg":np.array([-1,48]),"k":w(48,3),"bb":w(3)})
save("shuffle",[N("Conv",["x","w"],["c"]),N("Reshape",["c","t1"],["r"]),N("Transpose",["r"],["t"],perm=[0,2,1,3,4]),N("Reshape",["t","t2"],["s"]),N("Conv",["s","d"],["y"],group=6)],[1,3,5,4],{"w":w(6,3,1,1),"t1":np.array([-1,2,3,5,4]),"t2":np.array([-1,6,5,4]),"d":w(6,1,3,3)})
save("split",[N("Conv",["x","w"],["c"]),N("Split",["c","sp"],["a","b"],axis=1),N("Sigmoid",["b"],["s"]),N("Mul",["a","s"],["g"]),N("Flatten",["g"],["f"]),N("Gemm",["f","k"],["y"],transB=1)],[1,3,5,4],{"w":w(6,3,3,3),"sp":np.array([3,3]),"k":w(2,18)})
save("old_dropout",[N("Gemm",["x","k","b"],["h"],transB=1,alpha=0.5,beta=2.0),N("Dropout",["h"],["d"]),N("Clip",["d"],["y"],min=-0.5,max=0.75)],[1,6],{"k":w(5,6),"b":w(5)},opset=9)
