using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

/// <summary>Two connected local sockets.</summary>
internal sealed class DescriptorMessagePair : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pair-{Guid.NewGuid():N}");

    public DescriptorMessagePair()
    {
        using var listener = New();
        listener.Bind(new UnixDomainSocketEndPoint(_path));
        listener.Listen(1);
        Sender = New();
        Sender.Connect(new UnixDomainSocketEndPoint(_path));
        Receiver = listener.Accept();
    }

    public Socket Sender { get; }

    public Socket Receiver { get; }

    /// <summary>Sends the file through them; returns the received one.</summary>
    public SafeFileHandle Pass(SafeFileHandle file)
    {
        DescriptorMessage.Send(Sender, [1], file);
        Assert.Equal(1, DescriptorMessage.Receive(Receiver, new byte[1], out var passed));
        return passed ?? throw new InvalidOperationException("nothing came with it");
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
        File.Delete(_path);
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
}
