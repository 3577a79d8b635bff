using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>Boot files that can be read until disposal. Close every file opened through it before disposing it.</summary>
public interface IBootFiles : IAsyncDisposable
{
    /// <summary>All entries that can be booted.</summary>
    BootMenu Menu { get; }

    /// <summary>The entry that is booted unless a person chooses another.</summary>
    BootSpec Spec => Menu.Default;

    /// <summary>`…/lib/modules/RELEASE` of the payload's kernel; null if it cannot be reached.</summary>
    string? ModulesDirectory { get; }

    /// <summary>The modules directory of another entry's kernel, which lies beside <see cref="ModulesDirectory"/>; null if it does not exist.</summary>
    string? ModulesOf(BootSpec spec)
        => ModulesDirectory is not { } own || spec.KernelRelease == Spec.KernelRelease ? ModulesDirectory : ModulesLocation.Beside(own, spec.KernelRelease);

    /// <summary>Why <see cref="ModulesDirectory"/> is null, in one line for the log; null if it is not.</summary>
    string? ModulesMissing { get; }

    /// <summary>The encrypted device that had to be opened; null if none.</summary>
    LockedVolume? Locked => null;

    /// <summary>True if a passphrase opens that device; the device stays open whatever the answer is.</summary>
    Task<bool> IsPassphraseAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token) => Task.FromResult(false);
}
