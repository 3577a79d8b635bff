using System.Security.Cryptography;
using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Unlocking;

/// <summary>
/// The passphrase of the root disk, which comes with the appended archive if the laptop's owner allows it. It is handed to the program in this
/// initramfs that would ask for it, so that it is typed only once. It is overwritten when it was handed over or nothing took it.
/// </summary>
internal sealed class RootPassphrase : IDisposable
{
    // systemd-cryptsetup caches a typed passphrase under this name, for about this time (systemd's ask-password-api.c).
    private const string SystemdKey = "cryptsetup";
    private static readonly TimeSpan s_keyLifetime = TimeSpan.FromSeconds(150);

    // The interval and the time for which to look for the pipe: the initramfs brings up its disks before it asks.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 128 * 1024;

    private readonly byte[] _bytes;

    private RootPassphrase(byte[] bytes) => _bytes = bytes;

    /// <summary>Reads the passphrase; null if none was sent or it cannot be read. Then it is typed again: a failure must not keep the system from starting.</summary>
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

    /// <summary>Overwrites the file, so that nothing readable stays in memory after it is deleted.</summary>
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

    /// <summary>Adds the passphrase to the kernel's keyring, where systemd-cryptsetup looks before it asks.</summary>
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
    /// Hands the passphrase to the askpass of initramfs-tools, through its pipe once that appears, and to mkinitcpio's hook, in a file. Waits on a
    /// thread of its own, which then owns this object.
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

    /// <summary>Writes the key file for mkinitcpio's hook; see <see cref="HookKeyFile.TryWrite"/>.</summary>
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
        // Pin the array, so that the garbage collector does not move it and leave a copy behind.
        var bytes = GC.AllocateArray<byte>((int)Math.Min(RandomAccess.GetLength(file), HandedPassphrase.MaxBytes), pinned: true);
        var length = RandomAccess.Read(file, bytes, 0);
        return length == bytes.Length && length > 0 ? new RootPassphrase(bytes) : null;
    }
}
