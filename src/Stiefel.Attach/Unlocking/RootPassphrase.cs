using System.Security.Cryptography;
using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Unlocking;

/// <summary>
/// The passphrase that came with the appended archive, if the laptop's owner allows it: handed to whatever in this initramfs would ask for
/// it, so that it is typed once. Overwritten when it was handed over, or nobody took it.
/// </summary>
internal sealed class RootPassphrase : IDisposable
{
    // The name and about the lifetime that systemd-cryptsetup itself gives what was typed (systemd's ask-password-api.c).
    private const string SystemdKey = "cryptsetup";
    private static readonly TimeSpan s_keyLifetime = TimeSpan.FromSeconds(150);

    // How often to look for the pipe, and for how long: the initramfs first brings up its disks.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    // Every byte of it is locked into memory while the thread runs.
    private const int StackBytes = 128 * 1024;

    private readonly byte[] _bytes;

    private RootPassphrase(byte[] bytes) => _bytes = bytes;

    /// <summary>Null if none was sent, or it cannot be read: then it is typed again, which must not keep anything from starting.</summary>
    internal static RootPassphrase? Read(AttachLog log, string path = HandedPassphrase.Path)
    {
        try
        {
            return File.Exists(path) ? ReadFile(path) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Say($"the passphrase that was sent along cannot be read: {exception.Message}");
            return null;
        }
    }

    /// <summary>Overwrites the file; removing it then leaves nothing readable in the memory it lay in.</summary>
    internal static void WipeFile(AttachLog log, string path = HandedPassphrase.Path)
    {
        try
        {
            if (File.Exists(path))
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
                RandomAccess.Write(file, new byte[RandomAccess.GetLength(file)], 0);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Say($"{path} cannot be overwritten: {exception.Message}");
        }
    }

    /// <summary>For systemd-cryptsetup: in the kernel's keyring, where it looks before it asks the first time.</summary>
    internal void AddToKeyring(AttachLog log)
    {
        try
        {
            UserKey.Add(SystemdKey, _bytes, s_keyLifetime);
            log.Say("the passphrase is handed to systemd-cryptsetup");
        }
        catch (LinuxException exception)
        {
            log.Say($"the passphrase cannot be handed over and will be asked for again: {exception.Message}");
        }
    }

    /// <summary>
    /// For initramfs-tools, whose askpass gets it through its pipe when that appears, and for mkinitcpio's hook, which finds a file. What comes
    /// later is done beside the caller; this object is that thread's from now on.
    /// </summary>
    internal void HandOverLater(InitramfsPrompts prompts, AttachLog log)
    {
        var keyFile = prompts.EncryptHook ? WriteKeyFile(InitramfsPrompts.KeyFile, log) : null;
        var thread = new Thread(
            () =>
            {
                using (this)
                {
                    if (prompts.Askpass)
                    {
                        WriteToPipe(InitramfsPrompts.Pipe, s_patience, log);
                    }

                    keyFile?.WipeWhenTaken(s_patience, log);
                }
            },
            StackBytes) { IsBackground = true };
        thread.Start();
    }

    /// <summary>For mkinitcpio's hook; see <see cref="HookKeyFile.TryWrite"/>.</summary>
    internal HookKeyFile? WriteKeyFile(string path, AttachLog log) => HookKeyFile.TryWrite(path, _bytes, log);

    internal bool WriteToPipe(string pipe, TimeSpan patience, AttachLog log)
    {
        for (var end = Environment.TickCount64 + (long)patience.TotalMilliseconds; Environment.TickCount64 < end; Thread.Sleep(s_pause))
        {
            if (NamedPipe.TryWrite(pipe, _bytes))
            {
                log.Say("the passphrase is handed to cryptsetup's askpass");
                return true;
            }
        }

        return false;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    private static RootPassphrase? ReadFile(string path)
    {
        using var file = File.OpenHandle(path);
        // Pinned, so that the collector leaves no copy behind when it moves things.
        var bytes = GC.AllocateArray<byte>((int)Math.Min(RandomAccess.GetLength(file), HandedPassphrase.MaxBytes), pinned: true);
        var length = RandomAccess.Read(file, bytes, 0);
        return length == bytes.Length && length > 0 ? new RootPassphrase(bytes) : null;
    }
}
