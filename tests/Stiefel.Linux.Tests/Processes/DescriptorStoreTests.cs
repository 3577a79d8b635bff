using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

/// <summary>Receives what is sent to systemd, on a socket like systemd's.</summary>
public sealed class DescriptorStoreTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _heard = [];
    private SafeFileHandle? _kept;

    public DescriptorStoreTests()
    {
        _systemd.Bind(new UnixDomainSocketEndPoint(_path));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", _path);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        _systemd.Dispose();
        _kept?.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task Keep_FileAndThenNone_IsStoredAloneAndDropped()
    {
        var store = new DescriptorStore("disk");
        var reading = Task.Run(() => Read(4), TestContext.Current.CancellationToken);
        var file = Path.GetTempFileName();
        using (var open = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite))
        {
            store.Keep(open);
        }

        await File.WriteAllTextAsync(file, "there", TestContext.Current.CancellationToken);
        var text = new byte[8];
        Assert.Equal(5, RandomAccess.Read(_kept!, text, 0));

        await reading;
        var more = Task.Run(() => Read(2), TestContext.Current.CancellationToken);
        store.Drop();
        await more;
        Assert.Equal(["FDSTOREREMOVE=1\nFDNAME=disk", "BARRIER=1", "FDSTORE=1\nFDNAME=disk\nFDPOLL=0", "BARRIER=1", "FDSTOREREMOVE=1\nFDNAME=disk", "BARRIER=1"], _heard);
        File.Delete(file);
    }

    [Fact]
    public void Keep_NoServiceManager_SaysWhatIsMissing()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        using var file = File.OpenHandle("/dev/null");
        Assert.Contains("NotifyAccess=main", Assert.Throws<IOException>(() => new DescriptorStore("disk").Keep(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NothingWasHandedOver_IsNothing() => Assert.Null(new DescriptorStore("disk").Find());

    // Closing the barrier's descriptor tells that all messages before it were read.
    private void Read(int messages)
    {
        Span<byte> text = stackalloc byte[256];
        for (var message = 0; message < messages; message++)
        {
            var length = DescriptorMessage.Receive(_systemd, text, out var file);
            var heard = Encoding.UTF8.GetString(text[..length]);
            _heard.Add(heard);

            if (heard.StartsWith("FDSTORE=", StringComparison.Ordinal))
            {
                _kept = file;
            }
            else
            {
                file?.Dispose();
            }
        }
    }
}
