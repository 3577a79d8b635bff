using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Puts a secret into the kernel's keyring of this process's user (man 7 user-keyring): it is in no file, and the kernel removes it after a while.</summary>
public static unsafe class UserKey
{
    /// <summary>Adds or replaces a key of the type `user`.</summary>
    /// <param name="description">The key's name.</param>
    /// <param name="secret">The secret, which the kernel copies.</param>
    /// <param name="lifetime">The time after which the kernel removes the key, in whole seconds.</param>
    /// <exception cref="LinuxException">ENOSYS without CONFIG_KEYS, EDQUOT if the quota is used up, and others of man 2 add_key.</exception>
    public static void Add(string description, ReadOnlySpan<byte> secret, TimeSpan lifetime)
    {
        long key;
        fixed (byte* type = "user\0"u8, name = Encoding.ASCII.GetBytes(description + '\0'), payload = secret)
        {
            key = KeyControl.add_key(KeyControl.AddNumber, type, name, payload, (nuint)secret.Length, KeyControl.KEY_SPEC_USER_KEYRING);
        }

        if (key < 0)
        {
            throw LinuxException.FromLastError($"add_key(\"user\", \"{description}\", KEY_SPEC_USER_KEYRING)");
        }

        if (KeyControl.keyctl(KeyControl.ControlNumber, KeyControl.KEYCTL_SET_TIMEOUT, key, (long)lifetime.TotalSeconds) < 0)
        {
            throw LinuxException.FromLastError($"keyctl(KEYCTL_SET_TIMEOUT, {lifetime.TotalSeconds:0})");
        }
    }
}
