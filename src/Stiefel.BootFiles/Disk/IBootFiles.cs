using Stiefel.BootFiles.Catalog;

namespace Stiefel.BootFiles.Disk;

/// <summary>Boot files that can be read until disposal. Close every file opened through it before disposing it.</summary>
public interface IBootFiles : IAsyncDisposable
{
    /// <summary>What there is to boot.</summary>
    BootMenu Menu { get; }

    /// <summary>What is booted unless a person chooses.</summary>
    BootSpec Spec => Menu.Default;

    /// <summary>`…/lib/modules/RELEASE` of the payload's kernel; null if it cannot be reached.</summary>
    string? ModulesDirectory { get; }

    /// <summary>The same of another entry's kernel: its modules lie beside those.</summary>
    string? ModulesOf(BootSpec spec)
        => ModulesDirectory is not { } own || spec.KernelRelease == Spec.KernelRelease ? ModulesDirectory : ModulesLocation.Beside(own, spec.KernelRelease);

    /// <summary>One line for the log if <see cref="ModulesDirectory"/> is null: why; else null.</summary>
    string? ModulesMissing { get; }

    /// <summary>The encrypted device that had to be opened; null if none.</summary>
    LockedVolume? Locked => null;

    /// <summary>Whether a passphrase opens that device, which stays open whatever the answer is.</summary>
    Task<bool> IsPassphraseAsync(ReadOnlyMemory<byte> passphrase, CancellationToken token) => Task.FromResult(false);
}
