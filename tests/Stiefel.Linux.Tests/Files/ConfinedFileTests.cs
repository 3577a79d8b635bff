using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Files;
using Xunit;

namespace Stiefel.Linux.Tests.Files;

/// <summary>Files that cannot seek, as in securityfs and efivarfs; a pipe stands for them.</summary>
public sealed class ConfinedFileTests : IDisposable
{
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.Out);

    public void Dispose() => _pipe.Dispose();

    [Fact]
    public void Read_OfAFileThatCannotSeek_GoesFromFrontToBack()
    {
        using var file = Filled("none [integrity] confidentiality");
        var buffer = new byte[64];
        Assert.Equal("none ", Encoding.ASCII.GetString(file.Read(0, buffer.AsSpan(0, 5))));
        Assert.Equal("[integrity] confidentiality", Encoding.ASCII.GetString(file.Read(5, buffer)));
    }

    [Fact]
    public void Read_OfAFileThatCannotSeek_FromAnotherPlace_SaysSo()
    {
        using var file = Filled("none");
        Assert.Contains("only from front to back", Assert.Throws<IOException>(() => file.Read(2, new byte[2])).Message, StringComparison.Ordinal);
    }

    private ConfinedFile Filled(string text)
    {
        _pipe.Write(Encoding.ASCII.GetBytes(text));
        var client = new AnonymousPipeClientStream(PipeDirection.In, _pipe.GetClientHandleAsString());
        var reader = new SafeFileHandle(client.SafePipeHandle.DangerousGetHandle(), ownsHandle: true);
        client.SafePipeHandle.SetHandleAsInvalid();
        _pipe.Dispose(); // ends the file's content
        return new ConfinedFile(reader, "/sys/kernel/security/lockdown", 0);
    }
}
