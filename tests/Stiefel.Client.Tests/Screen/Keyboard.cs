using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Stiefel.Client.Tests.Screen;

/// <summary>A pseudo-terminal (pty(7)) on which the test types.</summary>
internal sealed class Keyboard : IDisposable
{
    private readonly SafeFileHandle _typist;

    public Keyboard()
    {
        Assert.Equal(0, openpty(out var typist, out var terminal, 0, 0, 0));
        _typist = new SafeFileHandle(typist, ownsHandle: true);
        Terminal = new SafeFileHandle(terminal, ownsHandle: true);
    }

    /// <summary>The terminal from which the tested program reads.</summary>
    public SafeFileHandle Terminal { get; }

    /// <summary>Types a line; returns once the terminal has echoed it, so that a program can read it.</summary>
    public void Type(string line)
    {
        using var typist = new FileStream(new SafeFileHandle(_typist.DangerousGetHandle(), ownsHandle: false), FileAccess.ReadWrite, bufferSize: 0);
        typist.Write(Encoding.ASCII.GetBytes(line + "\n"));
        var shown = new byte[line.Length + 2];
        typist.ReadExactly(shown);
        Assert.Equal(line + "\r\n", Encoding.ASCII.GetString(shown));
    }

    public void Dispose()
    {
        Terminal.Dispose();
        _typist.Dispose();
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int openpty(out int typist, out int terminal, nint name, nint settings, nint size);
}
