using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;

namespace Stiefel.Server.Keeping;

/// <summary>
/// The keeper: this program, started again by the server for one task. It holds an open file and never reads or writes it. It ends when
/// it holds none and its server is gone, on SIGTERM, or when no server has come for so long that no desktop is waiting any more.
/// </summary>
public static class KeeperProgram
{
    /// <summary>argv[0], as ps shows it.</summary>
    public const string Name = "stiefel-keeper";

    /// <summary>argv[1]; argv[2] is the descriptor of the listening socket.</summary>
    public const string Argument = "--keep-disk";

    // The longest single wait for a server; waits are repeated until the limit is over.
    private static readonly TimeSpan s_glance = TimeSpan.FromMinutes(10);

    /// <summary>True if the arguments ask for the keeper instead of a server.</summary>
    public static bool IsAskedFor(string[] args) => args is [Argument, _];

    /// <summary>Runs the keeper; returns the exit code.</summary>
    public static int Run(string[] args)
    {
        RootStorageDaemon.LeaveTerminal();
        LeastPrivilege.Keep();
        Distinguish();
        using var listener = new Socket(new SafeSocketHandle(int.Parse(args[1], CultureInfo.InvariantCulture), ownsHandle: true));
        new Kept().ServeUntilUnneeded(listener);
        return 0;
    }

    private static void Distinguish()
    {
        try
        {
            RootStorageDaemon.SetName(Name);
            RootStorageDaemon.SpareFromOutOfMemory();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is not root, or lacks CAP_SYS_RESOURCE; the keeper works without this.
        }
    }

    /// <summary>The open disk and how long to hold it.</summary>
    private sealed class Kept
    {
        private SafeFileHandle? _disk;
        private TimeSpan _limit = Timeout.InfiniteTimeSpan;

        public void ServeUntilUnneeded(Socket listener)
        {
            do
            {
                if (!Comes(listener))
                {
                    return;
                }

                using var server = listener.Accept();
                Serve(server);
            }
            while (_disk is not null);
        }

        private bool Comes(Socket listener)
        {
            var clock = Stopwatch.StartNew();
            while (_limit == Timeout.InfiniteTimeSpan || clock.Elapsed < _limit)
            {
                var left = _limit == Timeout.InfiniteTimeSpan ? s_glance : TimeSpan.FromTicks(Math.Min((_limit - clock.Elapsed).Ticks, s_glance.Ticks));
                if (listener.Poll(left, SelectMode.SelectRead))
                {
                    return true;
                }
            }

            return false;
        }

        private void Serve(Socket server)
        {
            Span<byte> message = stackalloc byte[KeeperMessage.HoldLength];
            try
            {
                for (int length; (length = DescriptorMessage.Receive(server, message, out var file)) > 0;)
                {
                    DescriptorMessage.Send(server, [KeeperMessage.Done], Do(message[..length], file));
                }
            }
            catch (LinuxException)
            {
                // The server is gone, just as if it had closed its end.
            }
        }

        private SafeFileHandle? Do(ReadOnlySpan<byte> message, SafeFileHandle? file)
        {
            switch (message[0])
            {
                case KeeperMessage.Find:
                    return _disk;
                case KeeperMessage.Hold when file is not null && message.Length == KeeperMessage.HoldLength:
                    _disk?.Dispose();
                    _disk = file;
                    var seconds = BinaryPrimitives.ReadInt32BigEndian(message[1..]);
                    _limit = seconds <= 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
                    return null;
                default:
                    file?.Dispose();
                    _disk?.Dispose();
                    _disk = null;
                    return null;
            }
        }
    }
}
