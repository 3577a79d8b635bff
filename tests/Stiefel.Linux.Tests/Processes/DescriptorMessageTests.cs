using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

public sealed class DescriptorMessageTests
{
    [Fact]
    public void File_ThroughASocket_IsTheSameOpenFile()
    {
        var path = Path.GetTempFileName();
        using var pair = new DescriptorMessagePair();
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        using (var passed = pair.Pass(file))
        {
            RandomAccess.Write(passed, [7], 0);
            var there = new byte[1];
            Assert.Equal(1, RandomAccess.Read(file, there, 0));
            Assert.Equal(7, there[0]);
        }

        File.Delete(path);
    }

    [Fact]
    public void Message_WithoutAFile_BringsNone()
    {
        using var pair = new DescriptorMessagePair();
        DescriptorMessage.Send(pair.Sender, "abc"u8);
        var text = new byte[8];
        Assert.Equal(3, DescriptorMessage.Receive(pair.Receiver, text, out var file));
        Assert.Null(file);
        Assert.Equal("abc"u8, text.AsSpan(0, 3));
    }

    [Fact]
    public void Message_OtherEndIsClosed_IsNothing()
    {
        using var pair = new DescriptorMessagePair();
        pair.Sender.Dispose();
        Assert.Equal(0, DescriptorMessage.Receive(pair.Receiver, new byte[8], out _));
    }
}
