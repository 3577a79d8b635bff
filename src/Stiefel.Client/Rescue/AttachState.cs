namespace Stiefel.Client.Rescue;

/// <summary>The record of what is attached: a directory that only root can reach, with the device's name and the agent's socket. It lasts until this system ends.</summary>
/// <param name="directory">The directory.</param>
internal sealed class AttachState(string directory = AttachState.UsualDirectory)
{
    private const string UsualDirectory = "/run/stiefel/attach";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _file = Path.Combine(directory, "device");

    /// <summary>The directory's path.</summary>
    public string Directory => directory;

    /// <summary>The kernel's name of the device (`nbd0`); null if nothing is attached.</summary>
    public string? ReadDevice() => File.Exists(_file) ? File.ReadAllText(_file).Trim() : null;

    /// <summary>Records that a device is about to be attached.</summary>
    public void Begin(string device)
    {
        System.IO.Directory.CreateDirectory(directory, OwnerOnly);
        File.SetUnixFileMode(directory, OwnerOnly);
        File.WriteAllText(_file, device + "\n");
    }

    /// <summary>Deletes the record.</summary>
    public void End()
    {
        if (System.IO.Directory.Exists(directory))
        {
            System.IO.Directory.Delete(directory, recursive: true);
        }
    }
}
