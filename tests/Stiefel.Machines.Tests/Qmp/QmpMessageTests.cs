using Stiefel.Machines.Qmp;
using Xunit;

namespace Stiefel.Machines.Tests.Qmp;

public sealed class QmpMessageTests
{
    [Fact]
    public void Parse_Greeting_IsRecognized()
        => Assert.Equal(
            QmpMessageKind.Greeting,
            QmpMessage.Parse("""{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}, "capabilities": ["oob"]}}""").Kind);

    [Fact]
    public void Parse_Return_HoldsIdAndValue()
    {
        var message = QmpMessage.Parse("""{"return": {"status": "running"}, "id": 7}""");

        Assert.Equal((QmpMessageKind.Return, 7L, "running"), (message.Kind, message.Id, message.Member("status")));
    }

    [Fact]
    public void Parse_Error_HoldsIdAndReason()
    {
        var message = QmpMessage.Parse("""{"id": 3, "error": {"class": "GenericError", "desc": "Device 'x' not found"}}""");

        Assert.Equal((QmpMessageKind.Error, 3L, "Device 'x' not found"), (message.Kind, message.Id, message.Text));
    }

    [Fact]
    public void Parse_Event_HoldsNameAndData()
    {
        var message = QmpMessage.Parse(
            """{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "DEVICE_DELETED", "data": {"device": "adapter", "path": "/machine"}}""");

        Assert.Equal((QmpMessageKind.Event, "DEVICE_DELETED", "adapter"), (message.Kind, message.Text, message.Member("device")));
        Assert.Null(message.Member("missing"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"other\": 1}")]
    [InlineData("{\"error\": {}, \"id\": 1}")]
    [InlineData("{\"return\": {}, \"id\": \"one\"}")]
    public void Parse_SomethingElse_SaysWhat(string line)
        => Assert.Contains($"`{line}`", Assert.Throws<InvalidDataException>(() => QmpMessage.Parse(line)).Message);
}
