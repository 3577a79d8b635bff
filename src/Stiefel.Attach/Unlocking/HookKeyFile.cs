using Stiefel.Attach.Console;

namespace Stiefel.Attach.Unlocking;

/// <summary>
/// The key file that mkinitcpio's hook `encrypt` tries before it asks for a passphrase (wiki.archlinux.org/title/Dm-crypt/System_configuration#cryptkey).
/// LUKS accepts a passphrase as a key file too. The hook removes the file, whether it opened the disk or not.
/// </summary>
internal sealed class HookKeyFile
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private static readonly FileStreamOptions s_new = new()
    {
        Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly FileStream _file;

    private HookKeyFile(FileStream file) => _file = file;

    /// <summary>Writes the file; null if it cannot, or if there is one already, which belongs to this initramfs and must stay.</summary>
    internal static HookKeyFile? TryWrite(string path, ReadOnlySpan<byte> passphrase, AttachLog log)
    {
        try
        {
            var file = new FileStream(path, s_new);
            file.Write(passphrase);
            log.Say("the passphrase is handed to mkinitcpio's hook encrypt");
            return new HookKeyFile(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Say($"the passphrase cannot be handed to mkinitcpio's hook encrypt: {exception.Message}");
            return null;
        }
    }

    /// <summary>Waits until the hook has removed the file, or this time has passed, and overwrites its content.</summary>
    internal void WipeWhenTaken(TimeSpan patience, AttachLog log)
    {
        using (_file)
        {
            for (var end = Environment.TickCount64 + (long)patience.TotalMilliseconds; File.Exists(_file.Name) && Environment.TickCount64 < end;)
            {
                Thread.Sleep(s_pause);
            }

            try
            {
                RandomAccess.Write(_file.SafeFileHandle, new byte[_file.Length], 0);
                File.Delete(_file.Name);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                log.Say($"{_file.Name} cannot be overwritten: {exception.Message}");
            }
        }
    }
}
