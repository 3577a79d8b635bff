using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Text;

namespace Stiefel.Attach.Console;

/// <summary>
/// Writes this program's messages to the kernel's log, which outlives it (dmesg, the journal), so that they appear on every console. The kernel shows
/// its log on the consoles unless `quiet` forbids it; in that case this class writes to the consoles as well.
/// </summary>
internal sealed class AttachLog
{
    private const uint MemoryDevices = 1;
    private const uint KernelLog = 11;

    // The kernel log's levels, syslog(2). `quiet` shows only those below 4.
    private const int Error = 3;
    private const int Notice = 5;

    private readonly SafeFileHandle? _kernelLog;
    private string[] _consoles = [];
    private int _shownBelow;

    /// <summary>Receives a copy of every line while somebody waits at it; null if nobody does.</summary>
    internal SafeFileHandle? Watcher { get; set; }

    /// <param name="nodeDirectory">A directory on the initramfs, so that the log's descriptor holds no mounted file system.</param>
    internal AttachLog(string nodeDirectory = "/")
    {
        try
        {
            _kernelLog = CharacterDevice.Open(nodeDirectory, MemoryDevices, KernelLog);
        }
        catch (LinuxException)
        {
            // This kernel has no log (CONFIG_PRINTK); the consoles remain.
        }
    }

    /// <summary>Finds the consoles, and the levels that the kernel shows on them. Needs /proc and /sys.</summary>
    internal void FindConsoles(string procRoot = "/proc", string sysRoot = "/sys")
    {
        try
        {
            _consoles = File.ReadAllText($"{sysRoot}/class/tty/console/active").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            _shownBelow = _kernelLog is null ? 0 : ShownBelow(File.ReadAllText($"{procRoot}/sys/kernel/printk"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _consoles = ["console"];
        }
    }

    /// <summary>Stops writing to the consoles, which now belong to the system that has been started.</summary>
    internal void LeaveConsoles() => _consoles = [];

    /// <summary>Marks a step of the start in a line that tests and tools search for.</summary>
    internal void Phase(string name) => Write(Notice, $"phase {name}");

    /// <summary>Writes one line for a person.</summary>
    internal void Say(string line) => Write(Notice, line);

    /// <summary>Writes one line that a person must act on.</summary>
    internal void Fail(string line) => Write(Error, line);

    /// <summary>Reads the first number of kernel.printk: messages of a lower level reach the consoles.</summary>
    internal static int ShownBelow(string printk) => int.TryParse(printk.Split(['\t', ' '], 2)[0], out var level) ? level : 0;

    private void Write(int level, string text)
    {
        var line = $"stiefel: {PrintableText.OneLine(text)}\n";
        TryWrite(_kernelLog, $"<{level}>{line}");
        TryWrite(Watcher, line);
        foreach (var name in level < _shownBelow ? [] : _consoles)
        {
            try
            {
                using var console = CharacterDevice.OpenTerminal($"/dev/{name}");
                TryWrite(console, line);
            }
            catch (LinuxException)
            {
                // The console is listed but missing (a serial port that the board lacks).
            }
        }
    }

    private static void TryWrite(SafeFileHandle? target, string text)
    {
        try
        {
            if (target is not null)
            {
                _ = Descriptor.Write(target, Encoding.UTF8.GetBytes(text));
            }
        }
        catch (LinuxException)
        {
            // There is nowhere left to report it.
        }
    }
}
